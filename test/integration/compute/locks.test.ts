import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FleetFilter, Locking, Selection } from '../../../src/rules/compute/lock-request.ts';
import type { ListedLock } from '../../../src/rules/compute/lock-view.ts';
import { NOBODY } from '../../../src/rules/compute/caller.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import { deleteRequest, HOST, OWNER } from '../../support/cloud/new-servers.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { listServers, type PlantedServer, plantServers } from '../../support/cloud/servers.ts';
import { fleetRequest, leaseRequest, lockRequest, PAST } from '../../support/locks/lock-clients.ts';

let server: TestPostgres;
let cells: TestCells;
const uuidOf: Record<string, string> = {};
cellsPerFile(3, (made) => ({ server, cells } = made));
beforeEach(async () => {
  await server.query(cells.api, 'delete from instance_mappings');
  for (const name of ['cell1', 'cell2']) {
    await server.query(
      cells.databaseOf(name),
      'truncate instances, keyward.server_lock, keyward.lock_batch, keyward.server_protection cascade',
    );
    uuidOf[name] = (await cells.services.cells.find(name)).uuid;
  }
});

const inCell = <Row extends object>(sql: string, name = 'cell1') =>
  server.query<Row>(cells.databaseOf(name), sql);
const plant = (name: string, wanted: PlantedServer[]) => plantServers({ server, cells }, name, wanted);
const planted = async (more: PlantedServer = {}): Promise<string> =>
  (await plant('cell1', [{ project_id: OWNER.projectId, ...more }]))[0]!;
const lock = (reason: string | null, lease: string | null = null): Locking => ({
  kind: 'lock',
  reason,
  lease: lease === null ? null : { id: lease, until: PAST },
});
const apply = (uuid: string, by: 'owner' | 'admin', locking: Locking) => {
  const request = lockRequest(uuid, uuidOf['cell1']!, by, locking);
  return cells.services.serverLocks.apply(request).then(() => request.requestId);
};
async function locks(more: { isRunOpen?: () => Promise<boolean> } = {}): Promise<ListedLock[]> {
  const listed: ListedLock[] = [];
  const onFailure = ({ error }: { error: Error }) => {
    throw error;
  };
  const options = { deadlineMs: 8000, onFailure, isWanted: () => true, ...more };
  for await (const page of cells.services.lockList.list(options)) listed.push(...page);
  return listed;
}

const EVERY: FleetFilter = { projectId: null, host: null, availabilityZone: null, name: null, status: null };
const chosen = (filter: Partial<FleetFilter>, force = false): Selection => ({
  by: 'filter',
  filter: { ...EVERY, ...filter },
  force,
});
/** Does all batches of a fleet's run in a cell, as its workflow does, and gives the request with what came of it. */
async function fleet(
  selection: Selection,
  locking: Locking,
  { by = 'admin', cell = 'cell1' }: { by?: 'owner' | 'admin'; cell?: string } = {},
) {
  const request = fleetRequest(uuidOf[cell]!, by, locking, selection);
  await cells.services.fleetLocks.begin(request);
  const sum = { changed: 0, left: 0, refused: 0 };
  let after: number | null = 0;
  for (let number = 1; after !== null; number += 1) {
    const done = await cells.services.fleetLocks.change({ ...request, after, batch: `run/${number}` });
    sum.changed += done.changed;
    sum.left += done.left;
    sum.refused += done.refused;
    after = done.last;
  }
  await cells.services.fleetLocks.finish(request);
  return { ...request, sum };
}
const lockedNames = async (cell = 'cell1') =>
  (
    await inCell<{ name: string }>(
      'select display_name as name from instances where locked order by display_name',
      cell,
    )
  ).map(({ name }) => name);

describe('a fleet is locked', () => {
  const COLUMNS = {
    p: { project_id: 'p' },
    host: { host: 'h1' },
    zone: { availability_zone: 'z1' },
    error: { vm_state: 'error' },
    web: { display_name: 'web-1' },
  };
  it.each([
    [{}, ['error', 'host', 'p', 'web-1', 'zone']],
    [{ projectId: 'p' }, ['p']],
    [{ host: 'h1' }, ['host']],
    [{ availabilityZone: 'z1' }, ['zone']],
    [{ status: 'ERROR' }, ['error']],
    [{ name: '^web-.*$' }, ['web-1']],
    [{ name: '^web$' }, []],
    [{ projectId: 'p', host: 'h1' }, []],
  ] as const)('by %j', async (filter, names) => {
    await plant(
      'cell1',
      Object.entries(COLUMNS).map(([name, columns]) => ({ display_name: name, ...columns })),
    );
    await plant('cell1', [{ display_name: 'gone', deleted: true }, { vm_state: 'soft-delete' }]);
    const { sum } = await fleet(chosen(filter), lock('maintenance'));
    expect(sum).toEqual({ changed: names.length, left: 0, refused: 0 });
    expect(await lockedNames()).toEqual(names);
  });

  it('and what is locked already stays as it is, unless by force', async () => {
    const uuid = await planted();
    await planted();
    await apply(uuid, 'owner', lock('mine'));
    expect((await fleet(chosen({}), lock('ours'))).sum).toEqual({ changed: 1, left: 1, refused: 0 });
    expect((await locks()).map(({ reason }) => reason)).toEqual(['mine', 'ours']);
    expect((await fleet(chosen({}, true), lock('all'))).sum).toEqual({ changed: 2, left: 0, refused: 0 });
    expect((await locks()).map(({ reason }) => reason)).toEqual(['all', 'all']);
  });

  it("by an owner, whom an admin's lock refuses, which is counted", async () => {
    await apply(await planted(), 'admin', lock('theirs'));
    await planted();
    const { sum } = await fleet(chosen({}, true), lock('mine'), { by: 'owner' });
    expect(sum).toEqual({ changed: 1, left: 0, refused: 1 });
    expect((await locks()).map(({ reason }) => reason)).toEqual(['theirs', 'mine']);
  });

  it('with one action, one row of the audit and one row of keyward for each of 2,500 servers', async () => {
    await plant(
      'cell1',
      Array.from({ length: 2500 }, () => ({})),
    );
    const { requestId, sum } = await fleet(chosen({}), lock('maintenance'));
    expect(sum).toEqual({ changed: 2500, left: 0, refused: 0 });
    const [counted] = await inCell<Record<string, number>>(
      `select (select count(distinct instance_uuid) from instance_actions where request_id = 'req-${requestId}')::int as servers,
         (select count(*) from instance_actions where request_id = 'req-${requestId}')::int as actions,
         (select count(*) from instance_actions a join instance_actions_events e on e.action_id = a.id
           where request_id = 'req-${requestId}' and e.result = 'Success' and e.event = 'api_lock')::int as events,
         (select count(*) from keyward.audit where request_id = '${requestId}')::int as audited,
         (select count(*) from keyward.server_lock where request_id = '${requestId}')::int as intended,
         (select count(*) from instance_system_metadata where key = 'locked_reason')::int as reasons,
         (select count(*) from instances where locked and locked_by = 'admin')::int as locked`,
    );
    expect(Object.values(counted!)).toEqual([2500, 2500, 2500, 2500, 2500, 2500, 2500]);
  });

  it('by a request that is refused once it was stopped, and tells what it has changed', async () => {
    await planted();
    const request = fleetRequest(uuidOf['cell1']!, 'admin', lock('x'), chosen({}));
    await cells.services.fleetLocks.begin(request);
    await cells.services.fleetLocks.change(request);
    await cells.services.fleetLocks.stop(request);
    await planted();
    await expect(cells.services.fleetLocks.change({ ...request, batch: 'run/2' })).rejects.toMatchObject({
      name: 'RequestWithdrawn',
    });
    const settled = await cells.services.fleetLocks.settle(request);
    expect(settled).toMatchObject({ isDone: false });
    expect(settled!.outcome.cells.map(({ cell, changed }) => [cell, changed])).toContainEqual(['cell1', 1]);
    expect((await locks()).map(({ isOrphaned }) => isOrphaned)).toEqual([true]);
  });

  it('and what was begun nowhere is settled as nothing, and never begins', async () => {
    await planted();
    const request = fleetRequest(uuidOf['cell1']!, 'admin', lock('x'), chosen({}));
    expect(await cells.services.fleetLocks.settle(request)).toBeNull();
    await expect(cells.services.fleetLocks.begin(request)).rejects.toMatchObject({
      name: 'RequestWithdrawn',
    });
    expect(await lockedNames()).toEqual([]);
  });
});

describe('the locks of a run are taken off', () => {
  it('in all cells, and only those that are still its own', async () => {
    await plant('cell1', [
      { display_name: 'a' },
      { display_name: 'again' },
      { display_name: 'byNova' },
      { display_name: 'gone' },
    ]);
    const ids = Object.fromEntries(
      (await inCell<{ name: string; uuid: string }>('select display_name as name, uuid from instances')).map(
        ({ name, uuid }) => [name, uuid],
      ),
    );
    const { requestId } = await fleet(chosen({}), lock('run'));
    await apply(ids['again']!, 'admin', lock('again'));
    // A Nova's lock on top of it: its action is newer, and what keyward had intended is not changed.
    await inCell(`insert into instance_actions (action, instance_uuid, request_id, deleted)
      values ('lock', '${ids['byNova']}', 'req-nova', 0)`);
    await inCell(`update instances set deleted = id where uuid = '${ids['gone']}'`);
    const off = await fleet({ by: 'run', requestId }, { kind: 'unlock' });
    expect(off.sum).toEqual({ changed: 1, left: 1, refused: 0 });
    expect(await lockedNames()).toEqual(['again', 'byNova', 'gone']);
  });

  it('once: a repeat finds none', async () => {
    await planted();
    const { requestId } = await fleet(chosen({}), lock('run'));
    expect((await fleet({ by: 'run', requestId }, { kind: 'unlock' })).sum.changed).toBe(1);
    expect((await fleet({ by: 'run', requestId }, { kind: 'unlock' })).sum).toEqual({
      changed: 0,
      left: 0,
      refused: 0,
    });
  });
});

describe('the list of locks', () => {
  it('has those of all cells, also more than a page, with who, why and until when', async () => {
    await plant(
      'cell1',
      Array.from({ length: 1001 }, () => ({})),
    );
    await plant('cell2', [{ display_name: 'other' }, { display_name: 'free' }]);
    await fleet(chosen({}), lock('one'));
    const lease = randomUUID();
    const { requestId } = await fleet(chosen({ name: '^other$' }), lock('two', lease), { cell: 'cell2' });
    const listed = await locks();
    expect(listed).toHaveLength(1002);
    expect(new Set(listed.map(({ uuid }) => uuid)).size).toBe(1002);
    expect(listed.filter(({ cell }) => cell === 'cell2')).toEqual([
      expect.objectContaining({
        name: 'other',
        isLocked: true,
        lockedBy: 'admin',
        reason: 'two',
        by: 'alice@here',
        until: '2026-01-01T00:00:00.000000',
        run: requestId,
        drift: null,
        isOrphaned: true,
      }),
    ]);
  });

  it("has a Nova's lock with the user of its action", async () => {
    const uuid = await planted({ locked: true, locked_by: 'owner' });
    await inCell(`insert into instance_actions (action, instance_uuid, request_id, user_id, project_id, start_time, deleted)
      values ('lock', '${uuid}', 'req-nova', 'bob', 'demo', '2026-11-21 00:00:01.5', 0)`);
    expect(await locks()).toEqual([
      expect.objectContaining({
        lockedBy: 'owner',
        userId: 'bob',
        projectId: 'demo',
        since: '2026-11-21T00:00:01.500000',
        by: null,
        run: null,
        drift: null,
        isOrphaned: false,
      }),
    ]);
  });

  it('has an orphan of a run that is not done only where that run does not go on', async () => {
    await planted();
    const request = fleetRequest(uuidOf['cell1']!, 'admin', lock('x'), chosen({}));
    await cells.services.fleetLocks.begin(request);
    await cells.services.fleetLocks.change(request);
    const orphans = async (isOpen: boolean) =>
      (await locks({ isRunOpen: async () => isOpen })).map(({ isOrphaned }) => isOrphaned);
    expect(await orphans(true)).toEqual([false]);
    expect(await orphans(false)).toEqual([true]);
    await cells.services.fleetLocks.finish(request);
    expect(await orphans(false)).toEqual([false]);
  });

  it('works where keyward has no tables', async () => {
    await planted({ locked: true, locked_by: 'admin' });
    await inCell('alter schema keyward rename to hidden');
    try {
      expect(await locks()).toEqual([expect.objectContaining({ lockedBy: 'admin', run: null, drift: null })]);
      const [{ uuid } = { uuid: '' }] = await locks();
      expect(await cells.services.serverViewer.show(uuid, 8000)).toMatchObject({
        lock: { lockedBy: 'admin' },
        protection: null,
      });
    } finally {
      await inCell('alter schema hidden rename to keyward');
    }
  });
});

describe('a lock that Nova has lost', () => {
  const actor = () => ({
    requestId: randomUUID(),
    operation: 'server lock list',
    requester: { user: 'alice', sudoUser: null, host: 'here' },
  });
  const repair = (uuid: string) => cells.services.lockRepair.repair({ cell: 'cell1', uuid }, actor());
  const rows = async () =>
    inCell(`select locked, locked_by, (select value from instance_system_metadata m
      where m.instance_uuid = i.uuid and key = 'locked_reason') as reason from instances i`);

  it.each([
    ['reason lost', "delete from instance_system_metadata where key = 'locked_reason'"],
    ['reason lost', "update instance_system_metadata set value = 'x' where key = 'locked_reason'"],
    ['lock lost', 'update instances set locked = false, locked_by = null'],
    ['half locked', 'update instances set locked = false'],
    ['half locked', 'update instances set locked_by = null'],
    ['role lost', "update instances set locked_by = 'owner'"],
  ])('is shown (%s: %s) and repaired, in the audit, without another action', async (drift, loss) => {
    const uuid = await planted();
    const requestId = await apply(uuid, 'admin', lock('because'));
    await inCell(loss);
    expect((await locks()).map((each) => each.drift)).toEqual([drift]);
    expect(await repair(uuid)).toBe('restored');
    expect(await rows()).toEqual([{ locked: true, locked_by: 'admin', reason: 'because' }]);
    expect((await locks()).map((each) => [each.drift, each.run])).toEqual([[null, requestId]]);
    expect(await inCell(`select request_id from instance_actions where instance_uuid = '${uuid}'`)).toEqual([
      { request_id: `req-${requestId}` },
    ]);
    const [audit] = await inCell<{ action: string }>(
      `select action, before, after from keyward.audit where resource_id = '${uuid}' order by id desc limit 1`,
    );
    expect(audit).toMatchObject({
      action: 'repair',
      after: { locked: true, locked_by: 'admin', locked_reason: 'because' },
    });
    expect(await repair(uuid)).toBeNull();
  });

  it('is not repaired where Nova has noted something newer, which counts', async () => {
    const uuid = await planted();
    await apply(uuid, 'admin', lock('because'));
    await inCell(`update instances set locked = false, locked_by = null;
      delete from instance_system_metadata where key = 'locked_reason';
      insert into instance_actions (action, instance_uuid, request_id, deleted) values ('unlock', '${uuid}', 'req-nova', 0)`);
    expect((await locks()).map((each) => each.drift)).toEqual(['changed since']);
    expect(await repair(uuid)).toBe('forgotten');
    expect(await rows()).toEqual([{ locked: false, locked_by: null, reason: null }]);
    expect(await locks()).toEqual([]);
  });

  it('is repaired after a rebuild, which is newer and says nothing of locks', async () => {
    const uuid = await planted();
    await apply(uuid, 'admin', lock('because'));
    await inCell(`delete from instance_system_metadata where key = 'locked_reason';
      insert into instance_actions (action, instance_uuid, request_id, deleted) values ('rebuild', '${uuid}', 'req-nova', 0)`);
    expect(await repair(uuid)).toBe('restored');
    expect(await rows()).toEqual([{ locked: true, locked_by: 'admin', reason: 'because' }]);
  });
});

describe('a lease', () => {
  it('is due, in which cells, and when it will be elsewhere', async () => {
    const id = randomUUID();
    expect(await cells.services.lockLeases.look({ requestId: id })).toEqual({
      due: [],
      waitMs: null,
      unseen: [],
    });
    await planted();
    await plant('cell2', [{}]);
    await fleet(chosen({}), lock('x', id));
    const later: Locking = { kind: 'lock', reason: 'x', lease: { id, until: { seconds: 3600 } } };
    await fleet(chosen({}), later, { cell: 'cell2' });
    const state = await cells.services.lockLeases.look({ requestId: id });
    expect(state).toEqual({ due: [uuidOf['cell1']], waitMs: 0, unseen: [] });
    expect(await cells.services.lockLeases.list(null)).toEqual([id]);
    await cells.services.lockLeases.end(leaseRequest(id, uuidOf['cell1']!));
    const { due, waitMs } = await cells.services.lockLeases.look({ requestId: id });
    expect(due).toEqual([]);
    expect(waitMs).toBeGreaterThan(3_590_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
    expect(await cells.services.lockLeases.list(15)).toEqual([]);
  });

  it('of a server that Nova has locked since, or deleted, is over, and nothing is taken off', async () => {
    const id = randomUUID();
    const [since, gone] = [await planted(), await planted()];
    await fleet(chosen({}), lock('x', id));
    await inCell(`insert into instance_actions (action, instance_uuid, request_id, deleted)
      values ('lock', '${since}', 'req-nova', 0);
      update instances set deleted = id where uuid = '${gone}'`);
    expect(await cells.services.lockLeases.end(leaseRequest(id, uuidOf['cell1']!))).toMatchObject({
      changed: 0,
    });
    expect(await cells.services.lockLeases.look({ requestId: id })).toMatchObject({ waitMs: null });
    expect(
      await inCell("select uuid from instances where not locked or locked_by is distinct from 'admin'"),
    ).toEqual([]);
  });
});

describe('a protected server', () => {
  const protect = (uuid: string, reason: string | null, caller = NOBODY) =>
    cells.services.serverProtecting.apply({
      ...deleteRequest(uuid, uuidOf['cell1']!, { caller }),
      cell: uuidOf['cell1']!,
      reason,
    });

  it('is not deleted, is listed and shown, until that is taken off', async () => {
    await cells.services.hosts.register(HOST, 'fake', 'cell1');
    const uuid = await planted({ host: HOST });
    await planted();
    await protect(uuid, 'the only copy');
    expect((await listServers(cells, { isProtected: true }, {})).map((each) => each.uuid)).toEqual([uuid]);
    expect(await cells.services.serverViewer.show(uuid, 8000)).toMatchObject({
      server: { isTerminateDisabled: true },
      protection: { reason: 'the only copy', by: 'alice' },
    });
    await expect(cells.services.serverDeletion.begin(deleteRequest(uuid, uuidOf['cell1']!))).rejects.toThrow(
      `The server ${uuid} is protected against deletion.`,
    );
    await protect(uuid, null);
    expect(await listServers(cells, { isProtected: true }, {})).toEqual([]);
    expect(await inCell('select * from keyward.server_protection')).toEqual([]);
    await cells.services.serverDeletion.begin(deleteRequest(uuid, uuidOf['cell1']!));
  });

  it('is changed by no owner while it is locked', async () => {
    const uuid = await planted();
    await apply(uuid, 'admin', lock(null));
    const owner = { userId: 'alice', projectId: OWNER.projectId } as unknown as typeof NOBODY;
    await expect(protect(uuid, 'x', owner)).rejects.toThrow(`Instance ${uuid} is locked`);
    await protect(uuid, 'x');
  });
});
