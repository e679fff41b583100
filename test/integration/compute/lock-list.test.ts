import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { actorOf, chosen, lock, LockCells } from '../../support/locks/lock-cells.ts';
import { fleetRequest, leaseRequest } from '../../support/locks/lock-clients.ts';

let made: LockCells;
LockCells.perFile((cells) => (made = cells));

describe('the list of locks', () => {
  it('has those of all cells, also more than a page, with who, why and until when', async () => {
    await made.plant(
      'cell1',
      Array.from({ length: 1001 }, () => ({})),
    );
    await made.plant('cell2', [{ display_name: 'other' }, { display_name: 'free' }]);
    await made.fleet(chosen({}), lock('one'));
    const lease = randomUUID();
    const { requestId } = await made.fleet(chosen({ name: '^other$' }), lock('two', lease), {
      cell: 'cell2',
    });
    const listed = await made.locks();
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
    const uuid = await made.planted({ locked: true, locked_by: 'owner' });
    await made.inCell(`insert into instance_actions (action, instance_uuid, request_id, user_id, project_id, start_time, deleted)
      values ('lock', '${uuid}', 'req-nova', 'bob', 'demo', '2026-11-21 00:00:01.5', 0)`);
    expect(await made.locks()).toEqual([
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

  it('has orphans of a run that is not done only where that run does not go on', async () => {
    await made.plant(
      'cell1',
      Array.from({ length: 1001 }, () => ({})),
    );
    const request = fleetRequest(made.uuidOf['cell1']!, 'admin', lock('x'), chosen({}));
    await made.services.fleetLocks.begin(request);
    const { last } = await made.services.fleetLocks.change(request);
    const orphans = async (isOpen: boolean) =>
      (await made.locks({ isRunOpen: async () => isOpen })).filter(({ isOrphaned }) => isOrphaned).length;
    expect([await orphans(true), await orphans(false)]).toEqual([0, 1000]);
    await made.services.fleetLocks.change({ ...request, after: last!, batch: 'run/2' });
    expect(await orphans(false)).toBe(0);
  });

  it('works where keyward has no tables', async () => {
    await made.planted({ locked: true, locked_by: 'admin' });
    await made.inCell('alter schema keyward rename to hidden');
    try {
      expect(await made.locks()).toEqual([
        expect.objectContaining({ lockedBy: 'admin', run: null, drift: null }),
      ]);
      const [{ uuid } = { uuid: '' }] = await made.locks();
      expect(await made.services.serverViewer.show(uuid, 8000)).toMatchObject({
        lock: { lockedBy: 'admin' },
        protection: null,
      });
    } finally {
      await made.inCell('alter schema hidden rename to keyward');
    }
  });
});

describe('a lock that Nova has lost', () => {
  const repair = (uuid: string) =>
    made.services.lockRepair.repair({ cell: 'cell1', uuid, run: 'r' }, actorOf('server lock list'));
  const rows = async () =>
    made.inCell(`select locked, locked_by, (select value from instance_system_metadata m
      where m.instance_uuid = i.uuid and key = 'locked_reason') as reason from instances i`);

  it.each([
    ['reason lost', "delete from instance_system_metadata where key = 'locked_reason'"],
    ['reason lost', "update instance_system_metadata set value = 'x' where key = 'locked_reason'"],
    ['lock lost', 'update instances set locked = false, locked_by = null'],
    ['half locked', 'update instances set locked = false'],
    ['half locked', 'update instances set locked_by = null'],
    ['role lost', "update instances set locked_by = 'owner'"],
  ])('is shown (%s: %s) and repaired, in the audit, without another action', async (drift, loss) => {
    const uuid = await made.planted();
    const requestId = await made.apply(uuid, 'admin', lock('because'));
    await made.inCell(loss);
    expect((await made.locks()).map((each) => each.drift)).toEqual([drift]);
    expect(await repair(uuid)).toBe('restored');
    expect(await rows()).toEqual([{ locked: true, locked_by: 'admin', reason: 'because' }]);
    expect((await made.locks()).map((each) => [each.drift, each.run])).toEqual([[null, requestId]]);
    expect(
      await made.inCell(`select request_id from instance_actions where instance_uuid = '${uuid}'`),
    ).toEqual([{ request_id: `req-${requestId}` }]);
    const [audit] = await made.inCell<{ action: string }>(
      `select action, before, after from keyward.audit where resource_id = '${uuid}' order by id desc limit 1`,
    );
    expect(audit).toMatchObject({
      action: 'repair',
      after: { locked: true, locked_by: 'admin', locked_reason: 'because' },
    });
    expect(await repair(uuid)).toBeNull();
  });

  it('is not put on again by a repair once its lease has ended, or its run was unlocked', async () => {
    const id = randomUUID();
    const [leased, ofRun] = [await made.planted({ display_name: 'leased' }), await made.planted()];
    await made.fleet(chosen({ name: '^leased$' }), lock('x', id));
    const { requestId } = await made.fleet(chosen({}), lock('y'));
    await made.inCell('update instances set locked = false, locked_by = null');
    await made.services.lockLeases.end(leaseRequest(id, made.uuidOf['cell1']!));
    await made.fleet({ by: 'run', requestId }, { kind: 'unlock' });
    expect([await repair(leased), await repair(ofRun)]).toEqual([null, null]);
    expect(await made.locks()).toEqual([]);
    expect(await made.inCell('select uuid from instances where locked')).toEqual([]);
  });

  it('is not repaired where Nova has noted something newer, which counts', async () => {
    const uuid = await made.planted();
    await made.apply(uuid, 'admin', lock('because'));
    await made.inCell(`update instances set locked = false, locked_by = null;
      delete from instance_system_metadata where key = 'locked_reason';
      insert into instance_actions (action, instance_uuid, request_id, deleted) values ('unlock', '${uuid}', 'req-nova', 0)`);
    expect((await made.locks()).map((each) => each.drift)).toEqual(['changed since']);
    expect(await repair(uuid)).toBe('forgotten');
    expect(await rows()).toEqual([{ locked: false, locked_by: null, reason: null }]);
    expect(await made.locks()).toEqual([]);
  });

  it('is repaired after a rebuild, which is newer and says nothing of locks', async () => {
    const uuid = await made.planted();
    await made.apply(uuid, 'admin', lock('because'));
    await made.inCell(`delete from instance_system_metadata where key = 'locked_reason';
      insert into instance_actions (action, instance_uuid, request_id, deleted) values ('rebuild', '${uuid}', 'req-nova', 0)`);
    expect(await repair(uuid)).toBe('restored');
    expect(await rows()).toEqual([{ locked: true, locked_by: 'admin', reason: 'because' }]);
  });
});
