import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { NOBODY } from '../../../src/rules/compute/caller.ts';
import type { Locking } from '../../../src/rules/compute/lock-request.ts';
import { deleteRequest, HOST, OWNER } from '../../support/cloud/new-servers.ts';
import { listServers } from '../../support/cloud/servers.ts';
import { chosen, lock, LockCells } from '../../support/locks/lock-cells.ts';
import { leaseRequest } from '../../support/locks/lock-clients.ts';

let made: LockCells;
LockCells.perFile((cells) => (made = cells));

describe('a lease', () => {
  it('is due, in which cells, and when it will be elsewhere', async () => {
    const id = randomUUID();
    expect(await made.services.lockLeases.look({ requestId: id })).toEqual({
      due: [],
      waitMs: null,
    });
    await made.planted();
    await made.plant('cell2', [{}]);
    await made.fleet(chosen({}), lock('x', id));
    const later: Locking = { kind: 'lock', reason: 'x', lease: { id, until: { seconds: 3600 } } };
    await made.fleet(chosen({}), later, { cell: 'cell2' });
    const state = await made.services.lockLeases.look({ requestId: id });
    expect(state).toEqual({
      due: [made.uuidOf['cell1']],
      waitMs: expect.closeTo(3_600_000, -5),
    });
    expect(await made.services.lockLeases.list(null)).toEqual([id]);
    await made.services.lockLeases.end(leaseRequest(id, made.uuidOf['cell1']!));
    const { due, waitMs } = await made.services.lockLeases.look({ requestId: id });
    expect(due).toEqual([]);
    expect(waitMs).toBeGreaterThan(3_590_000);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
    expect(await made.services.lockLeases.list(15)).toEqual([]);
  });

  it('of a server that Nova has locked since, or deleted, is over, and nothing is taken off', async () => {
    const id = randomUUID();
    const [since, gone] = [await made.planted(), await made.planted()];
    await made.fleet(chosen({}), lock('x', id));
    await made.inCell(`insert into instance_actions (action, instance_uuid, request_id, deleted)
      values ('lock', '${since}', 'req-nova', 0);
      update instances set deleted = id where uuid = '${gone}'`);
    expect(await made.services.lockLeases.end(leaseRequest(id, made.uuidOf['cell1']!))).toMatchObject({
      changed: 0,
    });
    expect(await made.services.lockLeases.look({ requestId: id })).toMatchObject({ waitMs: null });
    expect(
      await made.inCell("select uuid from instances where not locked or locked_by is distinct from 'admin'"),
    ).toEqual([]);
  });

  it('of a server that was archived since is over', async () => {
    const id = randomUUID();
    await made.planted();
    await made.fleet(chosen({}), lock('x', id));
    await made.inCell('truncate instances cascade');
    expect(await made.services.lockLeases.look({ requestId: id })).toMatchObject({
      due: [made.uuidOf['cell1']],
    });
    await made.services.lockLeases.end(leaseRequest(id, made.uuidOf['cell1']!));
    expect(await made.services.lockLeases.look({ requestId: id })).toEqual({
      due: [],
      waitMs: null,
    });
  });
});

describe('a protected server', () => {
  const protect = (uuid: string, reason: string | null, caller = NOBODY) =>
    made.services.serverProtecting.apply({
      ...deleteRequest(uuid, made.uuidOf['cell1']!, { caller }),
      cell: made.uuidOf['cell1']!,
      reason,
    });

  it('is not deleted, is listed and shown, until that is taken off', async () => {
    await made.services.hosts.register(HOST, 'fake', 'cell1');
    const uuid = await made.planted({ host: HOST });
    await made.planted();
    await protect(uuid, 'the only copy');
    expect((await listServers(made.cells, { isProtected: true }, {})).map((each) => each.uuid)).toEqual([
      uuid,
    ]);
    expect(await made.services.serverViewer.show(uuid, 8000)).toMatchObject({
      server: { isTerminateDisabled: true },
      protection: { reason: 'the only copy', by: 'alice@here' },
    });
    await expect(
      made.services.serverDeletion.begin(deleteRequest(uuid, made.uuidOf['cell1']!)),
    ).rejects.toThrow(`The server ${uuid} is protected against deletion.`);
    await protect(uuid, null);
    expect(await listServers(made.cells, { isProtected: true }, {})).toEqual([]);
    expect(await made.inCell('select * from keyward.server_protection')).toEqual([]);
    await made.services.serverDeletion.begin(deleteRequest(uuid, made.uuidOf['cell1']!));
  });

  it('is changed by no owner while it is locked', async () => {
    const uuid = await made.planted();
    await made.apply(uuid, 'admin', lock(null));
    const owner = { userId: 'alice', projectId: OWNER.projectId } as unknown as typeof NOBODY;
    await expect(protect(uuid, 'x', owner)).rejects.toThrow(`Instance ${uuid} is locked`);
    await protect(uuid, 'x');
  });
});
