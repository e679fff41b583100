import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { runIdOf, TestHome } from '../support/home/cli.ts';
import { madeServer, openServersOf, prepareServers } from '../support/home/made-servers.ts';

/** Nobody is stated: an admin. The servers are of the project demo. */
const OWNER = { OS_USER_ID: 'alice', OS_PROJECT_ID: 'demo' };
const NAMES = ['web1', 'web2', 'db1'];

const home = TestHome.clone();
const uuids: Record<string, string> = {};
beforeAll(async () => {
  await prepareServers(home, {});
  const services = await openServersOf(home);
  for (const name of NAMES) uuids[name] = await madeServer(home, services, name);
  await services.close();
});
afterAll(() => home.remove());

const server = (...args: string[]) => home.run(['server', ...args]);
const asOwner = (...args: string[]) => home.run(['server', ...args], { env: OWNER });
const locksOf = async (...more: string[]): Promise<Record<string, any>[]> =>
  home.json('server', 'lock', 'list', '--long', ...more);
/** Reads the rows, since a command for each look would make the test slow. */
const lockedBy = async (name: string): Promise<unknown> => {
  const [row] = await home.query(
    `select locked, locked_by as by, (select value from instance_system_metadata m
       where m.instance_uuid = i.uuid and key = 'locked_reason') as reason
     from instances i where display_name = '${name}' and deleted = 0`,
    'nova_cell1',
  );
  return row;
};
const count = async (sql: string): Promise<number> =>
  (await home.query<{ n: number }>(`select count(*)::int as n from ${sql}`, 'nova_cell1'))[0]!.n;

describe('one server', () => {
  it('is locked by its owner, shown so, and then refuses its owner', async () => {
    expect(await asOwner('lock', 'web1', '--reason', 'ticket 4711')).toMatchObject({ code: 0, stdout: '' });
    expect(await home.json('server', 'show', 'web1')).toMatchObject({
      locked: true,
      locked_reason: 'ticket 4711',
      lock: { locked_by: 'owner', user_id: 'alice', project_id: 'demo', until: null, drift: null },
    });
    const [listed] = await locksOf();
    expect(listed).toMatchObject({
      ID: uuids['web1'],
      Reason: 'ticket 4711',
      'Locked By': 'owner',
      Until: null,
      Drift: null,
      'User ID': 'alice',
      'Project ID': 'demo',
    });
    expect(
      await home.json('server', 'list', '--locked', '--long', '-c', 'Name', '-c', 'Locked Reason'),
    ).toEqual([{ Name: 'web1', 'Locked Reason': 'ticket 4711' }]);
    const refused = await asOwner('delete', 'web1');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Instance ${uuids['web1']} is locked. The reason is: ticket 4711`),
    });
    expect(refused.stderr).toContain('Nothing was changed.');
  });

  it('gets a new reason from a relock, and none from one without', async () => {
    await asOwner('lock', 'web1', '--reason', 'ticket 4712');
    expect(await lockedBy('web1')).toMatchObject({ reason: 'ticket 4712' });
    await asOwner('lock', 'web1');
    expect(await lockedBy('web1')).toEqual({ locked: true, reason: null, by: 'owner' });
  });

  it("is an admin's after an admin has locked it, which its owner can neither undo nor replace", async () => {
    expect((await server('lock', 'web1', '--reason', 'theirs')).code).toBe(0);
    const undone = await asOwner('unlock', 'web1');
    expect(undone).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('os-lock-server:unlock:unlock_override to be performed.'),
    });
    expect(undone.stderr).toContain('Nothing was changed.');
    expect((await asOwner('lock', 'web1', '--reason', 'mine')).code).toBe(1);
    expect(await lockedBy('web1')).toEqual({ locked: true, reason: 'theirs', by: 'admin' });
  });

  it('is unlocked, and what was said of the lock is gone', async () => {
    expect(await server('unlock', 'web1')).toMatchObject({ code: 0, stdout: '' });
    expect(await lockedBy('web1')).toEqual({ locked: false, reason: null, by: null });
    expect(await locksOf()).toEqual([]);
    expect(await count("instance_system_metadata where key = 'locked_reason'")).toBe(0);
    expect((await server('unlock', 'web1')).code).toBe(0);
  });

  it('has an action for each that was done, and none for what was refused', async () => {
    const actions = await home.json('server', 'event', 'list', 'web1');
    expect(actions.map(({ Action }: { Action: string }) => Action).toReversed()).toEqual([
      'create',
      'lock',
      'lock',
      'lock',
      'lock',
      'unlock',
      'unlock',
    ]);
  });

  it('is locked with reasons of all kinds, which come back as they were given', async () => {
    const reasons = ['😀'.repeat(255), '   ', `line\nbreak'"; drop table instances; --`];
    const kept: unknown[] = [];
    for (const reason of reasons) {
      await server('lock', 'web2', '--reason', reason);
      kept.push(
        ...(await home.query(
          "select value from instance_system_metadata where key = 'locked_reason'",
          'nova_cell1',
        )),
      );
    }
    expect(kept).toEqual(reasons.map((value) => ({ value })));
    expect(await lockedBy('web2')).toMatchObject({ reason: reasons.at(-1) });
    await server('unlock', 'web2');
  });
});

describe('what is typed wrong is refused, and nothing is written', () => {
  let actions: number;
  beforeAll(async () => {
    actions = await count('instance_actions');
  });

  it.each([
    [['lock', 'web1', '--reason', ''], '--reason is empty.'],
    [['lock', 'web1', '--reason', 'é'.repeat(256)], '--reason has 256 characters'],
    [['lock', 'web1', '--until', '2020-01-01'], 'is in the past'],
    [['lock', 'web1', '--until', '2020-01-01T00:00+02:00'], 'that is 2019-12-31T22:00:00'],
    [['lock', 'web1', '--until', 'soon'], 'is neither a time nor a duration'],
    [['lock', 'web1', '--until', '10'], 'is neither a time nor a duration'],
    [['lock'], 'No server is named.'],
    [['lock', 'web1', 'web1'], "The server 'web1' is named twice."],
    [['lock', '--all', 'web1'], 'Servers are named beside --all.'],
    [['lock', 'web1', '--host', 'h'], '--host says nothing without --all.'],
    [['lock', 'web1', '--force'], '--force says nothing without --all.'],
    [['lock', '--all', '--status', 'DELETED'], "--status can't be 'DELETED'."],
    [['lock', '--all', '--status', 'LOCKED'], "--status can't be 'LOCKED'."],
    [['unlock'], 'No server is named.'],
    [['unlock', '--run', 'x'], "'x' is no run of `server lock`"],
    [['unlock', 'web1', '--run', 'x'], 'Servers are named beside --run.'],
    [['protect', 'web1'], 'reason'],
    [['protect', 'web1', '--reason', ''], '--reason is empty.'],
  ])('%j', async (args, why) => {
    const { code, stderr, stdout } = await server(...args);
    expect({ code, stdout, stderr }).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining(why),
    });
  });

  it('none of these has left anything', async () => {
    expect(await count('instance_actions')).toBe(actions);
    expect(await locksOf()).toEqual([]);
  });

  it('a server that is not there does not keep others from being locked', async () => {
    const { code, stderr } = await server('lock', 'nosuch', 'web1');
    expect(code).toBe(1);
    expect(stderr).toContain("No server with a name or ID of 'nosuch' exists.");
    expect(stderr).toContain('1 of 2 servers could not be locked. These were locked: web1.');
    await server('unlock', 'web1');
  });
});

describe('a fleet', () => {
  const lockAll = (...more: string[]) => server('lock', '--all', '-f', 'json', ...more);
  const cell1 = (stdout: string) =>
    (JSON.parse(stdout) as Record<string, unknown>[]).find(({ Cell }) => Cell === 'cell1');

  it('is locked by one run, which is the only one to take its locks off again', async () => {
    await server('lock', 'web2', '--reason', 'before');
    const { code, stdout, stderr } = await lockAll('--name', 'web*', '--reason', 'maintenance');
    expect(code).toBe(0);
    expect(cell1(stdout)).toEqual({ Cell: 'cell1', Changed: 1, 'Left Alone': 1, Refused: 0, Error: null });
    expect(stderr).toContain(`\`keyward server unlock --run ${runIdOf(stderr)}\` takes these locks off.`);
    expect((await locksOf()).map(({ Name, Reason }) => [Name, Reason])).toEqual([
      ['web1', 'maintenance'],
      ['web2', 'before'],
    ]);
    const off = await server('unlock', '--run', runIdOf(stderr)!, '-f', 'json');
    expect(cell1(off.stdout)).toMatchObject({ Changed: 1, 'Left Alone': 0 });
    expect((await locksOf()).map(({ Name }) => Name)).toEqual(['web2']);
    await server('unlock', 'web2');
  });

  it('of none is no failure, and says so in numbers', async () => {
    const { code, stdout, stderr } = await lockAll('--name', 'nothing-*');
    expect(code).toBe(0);
    expect(cell1(stdout)).toMatchObject({ Changed: 0, 'Left Alone': 0 });
    expect(stderr).not.toContain('takes these locks off');
  });

  it('of which an admin has locked some refuses these to an owner, and ends with 1', async () => {
    await server('lock', 'web1');
    const { code, stdout } = await home.run(
      ['server', 'lock', '--all', '--force', '-f', 'json', '--reason', 'mine'],
      { env: OWNER },
    );
    expect(code).toBe(1);
    expect(cell1(stdout)).toMatchObject({ Changed: 2, Refused: 1 });
    await server('unlock', ...NAMES);
  });
});

it('a protected server is not deleted, and listed, until that is taken off', async () => {
  expect((await server('protect', 'db1', '--reason', 'the only copy')).code).toBe(0);
  expect(await home.json('server', 'list', '--protected', '-c', 'Name')).toEqual([{ Name: 'db1' }]);
  const refused = await server('delete', 'db1');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is protected against deletion.'),
  });
  expect(refused.stderr).toContain(`keyward server unprotect ${uuids['db1']}`);
  expect(await home.json('server', 'show', 'db1')).toMatchObject({
    status: 'ACTIVE',
    protected: true,
    protected_reason: 'the only copy',
  });
  expect((await server('unprotect', 'db1')).code).toBe(0);
  expect((await server('delete', 'db1')).code).toBe(0);
});

it('a lock that was lost is listed with its drift, and repaired', async () => {
  await server('lock', 'web1', '--reason', 'because');
  await home.query("delete from instance_system_metadata where key = 'locked_reason'", 'nova_cell1');
  expect(await locksOf()).toMatchObject([{ Name: 'web1', Reason: null, Drift: 'reason lost' }]);
  expect(await locksOf('--repair')).toMatchObject([{ Name: 'web1', Repair: 'restored' }]);
  expect(await locksOf()).toMatchObject([{ Name: 'web1', Reason: 'because', Drift: null }]);
  expect(await locksOf('--repair')).toEqual([]);
  await server('unlock', 'web1');
});

describe('a cell that does not answer', () => {
  const lost = randomUUID();
  beforeAll(async () => {
    const url = `postgresql://nova:x@127.0.0.1:${await freePort()}/nova`;
    await home.query(
      `with cell as (insert into cell_mappings (uuid, name, transport_url, database_connection)
         values ('${randomUUID()}', 'dead', 'none://', '${url}') returning id)
       insert into instance_mappings (instance_uuid, cell_id, project_id) select '${lost}', id, 'demo' from cell`,
      'nova_api',
    );
  });

  it('is named where one of its servers is to be locked', async () => {
    const { code, stderr } = await server('lock', lost);
    expect(code).toBe(69);
    expect(stderr).toContain(`The server ${lost} is in cell dead, which gives no answer`);
    expect(stderr).toContain('Nothing was changed.');
  });

  it('makes a fleet partial, whose others are locked; a repeat does the rest', async () => {
    const { code, stdout, stderr } = await server('lock', '--all', '--reason', 'maintenance', '-f', 'json');
    expect(code).toBe(69);
    const cells = JSON.parse(stdout) as Record<string, unknown>[];
    expect(cells).toMatchObject([
      { Cell: 'cell0', Changed: 0, Error: null },
      { Cell: 'cell1', Changed: 2, Error: null },
      { Cell: 'dead', Changed: 0, Error: expect.any(String) },
    ]);
    expect(stderr).toContain('not all servers of cell dead were looked at');
    await home.query(
      "delete from instance_mappings where cell_id = (select id from cell_mappings where name = 'dead'); delete from cell_mappings where name = 'dead'",
      'nova_api',
    );
    const again = await server('lock', '--all', '--reason', 'maintenance', '-f', 'json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject([
      { Cell: 'cell0', Changed: 0 },
      { Cell: 'cell1', Changed: 0, 'Left Alone': 2 },
    ]);
  });
});
