import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { settleCommit } from '../../../src/database/settle-commit.ts';
import { connectingTo } from '../../../src/database/connection.ts';
import { openIdentity, type IdentityServices } from '../../../src/engine/identity.ts';
import { patienceFor } from '../../../src/database/patience.ts';
import type { RuleError } from '../../../src/rules/errors.ts';
import { bootstrapRequest, runBootstrap } from '../../support/cloud/bootstrap-request.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { type Fault, once, type Plan, PostgresProxy } from '../../support/cloud/postgres-proxy.ts';
import { actor, hashing, TestIdentity } from '../../support/cloud/resources.ts';

let server: TestPostgres;
let cloud: TestIdentity;
let proxy: PostgresProxy;
let services: IdentityServices;
let said: string[];
/** Of a test's own, since all share one cloud. */
let name: string;
let tests = 0;
beforeAll(async () => {
  server = await TestPostgres.start();
  cloud = await TestIdentity.open(server);
  proxy = await PostgresProxy.start(cloud.address);
  services = await openIdentity(proxy.address, {
    announce: (line) => said.push(line),
    patience: { ...patienceFor(), settleMs: 1000 },
  });
});
afterAll(async () => {
  await services.close();
  proxy.stop();
  await cloud.close();
  await server.stop();
});
beforeEach(() => {
  name = `name-${++tests}`;
  said = [];
  proxy.reset();
});

const TABLES = ['project', 'role', 'assignment', 'implied_role', '"user"', 'password', 'keyward.audit'];
const rows = (): Promise<object[]> =>
  server.query(
    cloud.address.database,
    TABLES.map((table) => `select md5(string_agg(t::text, ' ' order by t::text)) from ${table} t`).join(
      ' union all ',
    ),
  );
const audits = async (): Promise<number> =>
  (
    await server.query<{ n: number }>(cloud.address.database, 'select count(*)::int as n from keyward.audit')
  )[0]!.n;

type Change = { prepare?: () => Promise<unknown>; run: () => Promise<unknown> };
const admin = { user: { nameOrId: 'admin' }, project: { nameOrId: 'admin' }, inherited: false };
const changes: Record<string, Change> = {
  'project create': {
    run: () => services.resources.create('project', { name, domain_id: 'default' }, actor, { hashing }),
  },
  'project set': {
    run: () =>
      services.resources.update('project', { nameOrId: 'admin' }, { description: name }, actor, { hashing }),
  },
  'project delete': {
    prepare: () => cloud.create('project', name),
    run: () => services.resources.delete('project', { nameOrId: name }, actor),
  },
  'role add': {
    prepare: () => cloud.create('role', name),
    run: () => services.grants.add({ ...admin, role: { nameOrId: name } }, actor),
  },
  'role remove': {
    prepare: async () => {
      await cloud.create('role', name);
      await cloud.services.grants.add({ ...admin, role: { nameOrId: name } }, actor);
    },
    run: () => services.grants.remove({ ...admin, role: { nameOrId: name } }, actor),
  },
  'implied role create': {
    prepare: () => cloud.create('role', name),
    run: () => services.impliedRoles.create({ nameOrId: name }, { nameOrId: 'reader' }, actor),
  },
  'user password set': {
    run: () =>
      services.resources.update('user', { nameOrId: 'admin' }, { password: name }, actor, { hashing }),
  },
  bootstrap: {
    run: () =>
      runBootstrap(services.bootstrap, { ...bootstrapRequest(), passwordHashing: hashing, username: name }),
  },
};

const COMMIT = /^commit$/;
/** Only of a transaction that writes: those that read are committed too. */
const commitOfWriter = (fault: Fault): Plan => {
  const writers = new Set<number>();
  let isDone = false;
  return ({ text, connection }) => {
    if (/^insert into "keyward"\."audit"/i.test(text)) writers.add(connection);
    if (isDone || !COMMIT.test(text) || !writers.has(connection)) return null;
    isDone = true;
    return fault;
  };
};

describe.each(Object.entries(changes))('%s', (_, { prepare, run }) => {
  beforeEach(async () => {
    await prepare?.();
    proxy.reset();
  });

  it('whose COMMIT was done, though its answer was lost, is a success', async () => {
    const before = await audits();
    proxy.plan = commitOfWriter('cut-after');
    await run();
    expect(await audits()).toBeGreaterThan(before);
    expect(said).toEqual([expect.stringMatching(/^The connection was lost/), 'The change was committed.']);
  });

  it('whose COMMIT never arrived has changed nothing', async () => {
    const before = await rows();
    proxy.plan = commitOfWriter('cut');
    await expect(run()).rejects.toMatchObject({
      name: 'DatabaseUnreachable',
      exitCode: 69,
      outcome: 'unchanged',
    });
    expect(await rows()).toEqual(before);
  });
});

it('a COMMIT that nobody can be asked about is not known, and the cure tells how to find out', async () => {
  proxy.plan = commitOfWriter('gone');
  const error = (await changes['project create']!.run().catch((caught: Error) => caught)) as RuleError;
  expect(error).toMatchObject({
    name: 'CommitUnknown',
    exitCode: 75,
    outcome: 'unknown',
    cure: `\`keyward audit list --request-id ${actor.requestId}\` shows the change if it was made.`,
  });
});

it('a transaction that the server still holds open, since it has not noticed, is ended: nothing was changed', async () => {
  const before = await rows();
  proxy.plan = commitOfWriter('orphan');
  await expect(changes['project create']!.run()).rejects.toMatchObject({ outcome: 'unchanged' });
  expect(await rows()).toEqual(before);
});

it.each([
  ['the first statement', /./],
  ['the look-up of its project', /from project|from "project"/i],
  ['its first write', /^insert/i],
  ['the audit', /keyward"\."audit/i],
])('cut at %s, nothing was changed', async (_, pattern) => {
  const before = await rows();
  proxy.plan = once(pattern, 'cut');
  await expect(changes['project create']!.run()).rejects.toMatchObject({
    name: 'DatabaseUnreachable',
    exitCode: 69,
    outcome: 'unchanged',
  });
  expect(await rows()).toEqual(before);
});

it('cut in the look-up of --or-show, it is told as any lost connection', async () => {
  let isTaken = false;
  proxy.plan = ({ text }) => {
    isTaken ||= /^rollback$/.test(text);
    return isTaken && /from role/i.test(text) ? 'cut' : null;
  };
  const create = services.resources.create('role', { name: 'admin' }, actor, { hashing, orShow: true });
  await expect(create).rejects.toMatchObject({ name: 'DatabaseUnreachable', exitCode: 69 });
});

it.each(['keystone', 'keyward'])(
  'a sync that loses the COMMIT of %s is completed by a repeat',
  async (set) => {
    const address = await server.createDatabase({ empty: true });
    const between = await PostgresProxy.start(address);
    const fresh = await openIdentity(between.address);
    let isRecorded = false;
    between.plan = ({ text }) => {
      const isCommitted = isRecorded && COMMIT.test(text);
      isRecorded = !isCommitted && (isRecorded || text.includes(`values ('${set}/001`));
      return isCommitted ? 'cut-after' : null;
    };
    const error = await fresh.schema.sync().catch((caught: RuleError) => caught);
    expect(error).toMatchObject({ outcome: 'unknown', exitCode: 75, cure: expect.stringMatching(/^Repeat/) });
    await fresh.schema.sync();
    expect(await fresh.schema.state()).toMatchObject({ state: 'current' });
    await fresh.close();
    between.stop();
  },
);

it('a sync that is cut between a migration and its record has made neither, and a repeat completes it', async () => {
  const address = await server.createDatabase({ empty: true });
  const between = await PostgresProxy.start(address);
  const fresh = await openIdentity(between.address);
  between.plan = once(/values \('keyward\/001/, 'cut');
  await expect(fresh.schema.sync()).rejects.toMatchObject({ exitCode: 75 });
  await fresh.schema.sync();
  expect(await fresh.schema.state()).toMatchObject({ state: 'current' });
  await fresh.close();
  between.stop();
});

describe('what the server says of a transaction', () => {
  const settle = async (receipt: { xid: string; requestId: string | null; isAudited: boolean }) =>
    settleCommit(receipt, connectingTo(cloud.address).config, 0);
  const xidOf = async (sql: string): Promise<string> => {
    const client = await server.connect(cloud.address.database);
    await client.query('begin');
    const {
      rows: [row],
    } = await client.query('select pg_current_xact_id()::text as xid');
    await client.query(sql);
    await client.end();
    return row.xid;
  };

  it('committed', async () => {
    expect(await settle({ xid: await xidOf('commit'), requestId: null, isAudited: false })).toBe('committed');
  });

  it('rolled back', async () => {
    expect(await settle({ xid: await xidOf('rollback'), requestId: null, isAudited: false })).toBe('aborted');
  });

  it('committed, but the row of the audit is not there: it is the transaction of somebody else, after a failover', async () => {
    expect(await settle({ xid: await xidOf('commit'), requestId: 'mine', isAudited: true })).toBe('aborted');
  });

  it('a number that the server has not come to yet: it never had the transaction', async () => {
    expect(await settle({ xid: '4000000000', requestId: null, isAudited: false })).toBe('aborted');
  });

  it('under way, and somebody else works on it: not known', async () => {
    const client = await server.connect(cloud.address.database);
    await client.query('begin');
    const {
      rows: [row],
    } = await client.query('select pg_current_xact_id()::text as xid');
    const pending = client.query('select pg_sleep(60)').catch(() => {});
    expect(await settle({ xid: row.xid, requestId: null, isAudited: false })).toBe('unknown');
    await server.query('postgres', 'select pg_terminate_backend($1)', [
      (client as unknown as { processID: number }).processID,
    ]);
    await pending;
  });
});
