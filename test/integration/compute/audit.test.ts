import { expect, it } from '@jest/globals';
import type { AuditRow } from '../../../src/services/audit/audit-service.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import { createRequest, deleteRequest, HOST } from '../../support/cloud/new-servers.ts';

let cells: TestCells;
cellsPerFile(3, (made) => ({ cells } = made));

/** Reads the whole audit, and the names of the cells that could not be read. */
async function audited(filter: { limit?: number } = {}): Promise<{ rows: AuditRow[]; unread: string[] }> {
  const unread: string[] = [];
  const rows: AuditRow[] = [];
  const onFailure = ({ cell }: { cell: { name: string | null } }) => unread.push(cell.name!);
  for await (const page of cells.services.audit.list(filter, onFailure)) rows.push(...page);
  return { rows, unread };
}
const told = ({ rows }: { rows: AuditRow[] }) =>
  rows.map(({ operation, resourceId }) => [operation, resourceId]);

it('what was changed in the API database and in cells is one list, newest first', async () => {
  const { hosts, serverCreation, serverDeletion } = cells.services;
  const { uuid: cell } = await hosts.register(HOST, 'fake', 'cell1');
  const request = createRequest(cell);
  await serverCreation.accept(request);
  await serverCreation.place(request);
  await serverDeletion.begin(deleteRequest(request.uuid, cell));
  const all = await audited();
  expect(all.unread).toEqual([]);
  expect(told(all).slice(0, 2)).toEqual([
    ['server delete', request.uuid],
    ['server create', request.uuid],
  ]);
  expect(all.rows.length).toBeGreaterThan(2);
  expect(told(await audited({ limit: 1 }))).toEqual([['server delete', request.uuid]]);
});

it('a cell that can not be read is named, and the others are told', async () => {
  const before = await audited();
  await cells.add('postgresql+psycopg2://nova@/nova_cell9?host=/nowhere');
  const after = await audited();
  expect(after.unread).toEqual(['cell3']);
  expect(told(after)).toEqual([['test', expect.anything()], ...told(before)]);
});
