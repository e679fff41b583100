import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { type Patience, patienceFor } from '../../../src/database/patience.ts';
import { openIdentity, type IdentityServices } from '../../../src/engine/identity.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { type Fault, once, PostgresProxy } from '../../support/cloud/postgres-proxy.ts';
import { actor, hashing, TestIdentity } from '../../support/cloud/resources.ts';
import { until } from '../../support/home/cli.ts';

let server: TestPostgres;
let cloud: TestIdentity;
let proxy: PostgresProxy;
let services: IdentityServices;
let said: string[];
beforeAll(async () => {
  server = await TestPostgres.start();
  cloud = await TestIdentity.open(server);
  proxy = await PostgresProxy.start(cloud.address);
});
afterAll(async () => {
  proxy.stop();
  await cloud.close();
  await server.stop();
});
beforeEach(() => {
  said = [];
  proxy.reset();
});
afterEach(() => services?.close());

const open = async (patience: Partial<Patience>, address = proxy.address): Promise<void> => {
  services = await openIdentity(address, {
    patience: { ...patienceFor(), silentMs: 500, ...patience },
    announce: (line) => said.push(line),
  });
};
const change = ({ resources } = services, nameOrId = 'admin'): Promise<unknown> =>
  resources.update('project', { nameOrId }, { description: 'x' }, actor, { hashing });

describe('a lock that somebody else holds', () => {
  let holder: Client;
  let pid: number;
  const hold = async (sql: string, application = 'psql'): Promise<[Client, number]> => {
    const client = await server.connect(cloud.address.database);
    await client.query(`set application_name = '${application}'`);
    await client.query('begin');
    await client.query(sql);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await client.query(sql);
    return [client, rows[0]!.pid];
  };
  beforeEach(async () => {
    [holder, pid] = await hold("lock table project, role -- and a 'secret'");
  });
  afterEach(() => holder.end());

  it('is told with its holder, and the change is made once it lets go', async () => {
    await open({});
    const changed = change();
    await until(() => said.length > 0);
    expect(said[0]).toMatch(
      new RegExp(
        `^Waiting for a lock of process ${pid} \\(psql, user \\w+\\), in a transaction since [-\\d]+T[:\\d]+Z; last statement: lock table project, role …\\.$`,
      ),
    );
    await holder.query('commit');
    await changed;
    expect(said).toHaveLength(1);
  });

  it('is told again when somebody else holds it', async () => {
    await open({});
    const changed = change();
    await until(() => said.length > 0);
    const queued = hold('lock table project', 'another');
    const isQueued = async (): Promise<boolean> =>
      (
        await server.query(
          cloud.address.database,
          "select from pg_stat_activity where application_name = 'another' and wait_event_type = 'Lock'",
        )
      ).length > 0;
    await until(isQueued);
    await holder.query('commit');
    await changed;
    const [next] = await queued;
    const again = change();
    await until(() => said.length > 1);
    expect(said[1]).toContain('(another, user');
    await next.query('commit');
    await again;
    await next.end();
  });

  it.each([
    ['a change', () => change()],
    ['a reading', () => services.resources.get('project', { nameOrId: 'admin' })],
  ])('%s that gets it in no time ends, and the cure names the holder', async (what, use) => {
    await open({ lockMs: 600 });
    await expect(use()).rejects.toMatchObject({
      name: 'DatabaseLocked',
      exitCode: 69,
      outcome: what === 'a change' ? 'unchanged' : null,
      cure: expect.stringMatching(
        new RegExp(`waited for process ${pid} \\(psql.*select pg_terminate_backend\\(${pid}\\)`),
      ),
    });
  });

  it("a user's own, shorter limit is kept", async () => {
    await server.query(
      'postgres',
      "create role hasty superuser login; alter role hasty set lock_timeout = '300ms'",
    );
    await open({}, { ...cloud.address, user: 'hasty' });
    await expect(change()).rejects.toMatchObject({ name: 'DatabaseLocked', exitCode: 69 });
  });

  it('a statement that is cut short by statement_timeout tells what it waited for, and no schema', async () => {
    await open({ statementMs: 1500 });
    const error = await change().catch((caught: Error) => caught);
    expect(error).toMatchObject({
      name: 'DatabaseTooSlow',
      exitCode: 69,
      outcome: 'unchanged',
      cure: expect.stringMatching(new RegExp(`process ${pid}.*statement_timeout`)),
    });
  });
});

// At once, since each waits for seconds: so each has a proxy, services and a project of its own.
describe('a connection whose other end is gone ends the wait', () => {
  type Use = (proxy: PostgresProxy, opened: IdentityServices, project: string) => Promise<void>;
  async function through(use: Use) {
    const own = await PostgresProxy.start(cloud.address);
    const patience = { ...patienceFor(), silentMs: 500 };
    const opened = await openIdentity(own.address, { patience, announce: () => {} });
    const { id } = await cloud.create('project', own.address.host);
    await use(own, opened, id).finally(() => opened.close());
    own.stop();
  }

  it.concurrent.each<[Fault, RegExp]>([
    ['half-open', /its process of the server is gone/],
    ['stall', /the server gives no answer/],
  ])('%s', (fault, reason) =>
    through(async (own, opened, project) => {
      own.plan = once(/^update/i, fault);
      await expect(change(opened, project)).rejects.toMatchObject({
        name: 'DatabaseUnreachable',
        exitCode: 69,
        outcome: 'unchanged',
        message: expect.stringMatching(reason),
      });
    }),
  );

  it.concurrent('also where the first statement of all gets no answer', () =>
    through(async (own, opened, project) => {
      await opened.resources.get('project', { nameOrId: project });
      own.plan = once(/^start transaction/, 'half-open');
      await expect(change(opened, project)).rejects.toMatchObject({
        name: 'DatabaseUnreachable',
        exitCode: 69,
      });
    }),
  );
});

it('each transaction has limits of its own, and leaves none behind for whoever uses the connection next', async () => {
  await open({ lockMs: 7000, statementMs: 9000 });
  const limits =
    "select string_agg(current_setting(n), ' ') as set from unnest(array['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout']) n";
  const inside = await services.database.read((em) => em.execute(limits));
  expect(inside).toEqual([{ set: '7s 9s 1min' }]);
  expect(proxy.statements.map(({ text }) => text)).not.toContainEqual(
    expect.stringMatching(/^set (?!local)/i),
  );
});

it('a slow answer is waited for', async () => {
  await open({});
  proxy.plan = once(/^update/i, { delay: 300 });
  await change();
  expect(said).toEqual([]);
});
