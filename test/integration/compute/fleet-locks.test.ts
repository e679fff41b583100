import { describe, expect, it } from '@jest/globals';
import { chosen, lock, LockCells } from '../../support/locks/lock-cells.ts';
import { fleetRequest } from '../../support/locks/lock-clients.ts';

let made: LockCells;
LockCells.perFile((cells) => (made = cells));

const lockedNames = async () =>
  (
    await made.inCell<{ name: string }>(
      'select display_name as name from instances where locked order by display_name',
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
    await made.plant(
      'cell1',
      Object.entries(COLUMNS).map(([name, columns]) => ({ display_name: name, ...columns })),
    );
    await made.plant('cell1', [{ display_name: 'gone', deleted: true }, { vm_state: 'soft-delete' }]);
    const { sum } = await made.fleet(chosen(filter), lock('maintenance'));
    expect(sum).toEqual({ changed: names.length, left: 0, refused: 0 });
    expect(await lockedNames()).toEqual(names);
  });

  it('and what is locked already stays as it is, unless by force', async () => {
    const uuid = await made.planted();
    await made.planted();
    await made.apply(uuid, 'owner', lock('mine'));
    expect((await made.fleet(chosen({}), lock('ours'))).sum).toEqual({ changed: 1, left: 1, refused: 0 });
    expect((await made.locks()).map(({ reason }) => reason)).toEqual(['mine', 'ours']);
    expect((await made.fleet(chosen({}, true), lock('all'))).sum).toEqual({
      changed: 2,
      left: 0,
      refused: 0,
    });
    expect((await made.locks()).map(({ reason }) => reason)).toEqual(['all', 'all']);
  });

  it("by an owner, whom an admin's lock refuses, which is counted", async () => {
    await made.apply(await made.planted(), 'admin', lock('theirs'));
    await made.planted();
    const { sum } = await made.fleet(chosen({}, true), lock('mine'), { by: 'owner' });
    expect(sum).toEqual({ changed: 1, left: 0, refused: 1 });
    expect((await made.locks()).map(({ reason }) => reason)).toEqual(['theirs', 'mine']);
  });

  it('with one action, one row of the audit and one row of keyward for each of 2,500 servers', async () => {
    await made.plant(
      'cell1',
      Array.from({ length: 2500 }, () => ({})),
    );
    const { requestId, sum } = await made.fleet(chosen({}), lock('maintenance'));
    expect(sum).toEqual({ changed: 2500, left: 0, refused: 0 });
    const [counted] = await made.inCell<Record<string, number>>(
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
    await made.plant(
      'cell1',
      Array.from({ length: 1001 }, () => ({})),
    );
    const request = fleetRequest(made.uuidOf['cell1']!, 'admin', lock('x'), chosen({}));
    await made.services.fleetLocks.begin(request);
    const { last } = await made.services.fleetLocks.change(request);
    await made.services.fleetLocks.stop(request);
    await expect(
      made.services.fleetLocks.change({ ...request, after: last!, batch: 'run/2' }),
    ).rejects.toMatchObject({ name: 'RequestWithdrawn' });
    const settled = await made.services.fleetLocks.settle(request);
    expect(settled).toMatchObject({ isDone: false });
    expect(settled!.outcome.cells.map(({ cell, changed }) => [cell, changed])).toContainEqual([
      'cell1',
      1000,
    ]);
    const orphans = (await made.locks()).filter(({ isOrphaned }) => isOrphaned);
    expect(orphans).toHaveLength(1000);
  });

  it('and what was begun nowhere is settled as nothing, and never begins', async () => {
    await made.planted();
    const request = fleetRequest(made.uuidOf['cell1']!, 'admin', lock('x'), chosen({}));
    expect(await made.services.fleetLocks.settle(request)).toBeNull();
    await expect(made.services.fleetLocks.begin(request)).rejects.toMatchObject({
      name: 'RequestWithdrawn',
    });
    expect(await lockedNames()).toEqual([]);
  });
});

describe('the locks of a run are taken off', () => {
  it('in all cells, and only those that are still its own', async () => {
    await made.plant('cell1', [
      { display_name: 'a' },
      { display_name: 'again' },
      { display_name: 'byNova' },
      { display_name: 'gone' },
    ]);
    const ids = Object.fromEntries(
      (
        await made.inCell<{ name: string; uuid: string }>('select display_name as name, uuid from instances')
      ).map(({ name, uuid }) => [name, uuid]),
    );
    const { requestId } = await made.fleet(chosen({}), lock('run'));
    await made.apply(ids['again']!, 'admin', lock('again'));
    // A Nova's lock on top of it: its action is newer, and what keyward had intended is not changed.
    await made.inCell(`insert into instance_actions (action, instance_uuid, request_id, deleted)
      values ('lock', '${ids['byNova']}', 'req-nova', 0)`);
    await made.inCell(`update instances set deleted = id where uuid = '${ids['gone']}'`);
    const off = await made.fleet({ by: 'run', requestId }, { kind: 'unlock' });
    expect(off.sum).toEqual({ changed: 1, left: 1, refused: 0 });
    expect(await lockedNames()).toEqual(['again', 'byNova', 'gone']);
  });

  it('once: a repeat finds none', async () => {
    await made.planted();
    const { requestId } = await made.fleet(chosen({}), lock('run'));
    expect((await made.fleet({ by: 'run', requestId }, { kind: 'unlock' })).sum.changed).toBe(1);
    expect((await made.fleet({ by: 'run', requestId }, { kind: 'unlock' })).sum).toEqual({
      changed: 0,
      left: 0,
      refused: 0,
    });
  });
});
