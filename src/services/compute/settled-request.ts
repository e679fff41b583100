import type { Cells } from '../../database/cells.ts';
import { withdrawRequest } from '../request-ledger.ts';

/** Makes sure of what came of a request that is applied in one cell at once, and whose run ended without a result. */
export async function settledRequest(
  cells: Cells,
  operation: string,
  { requestId, cell }: { requestId: string; cell: string },
): Promise<'applied' | 'unchanged'> {
  const database = await cells.databaseOf(cell);
  const isWithdrawn = await database.transactOnce(null, (em) => withdrawRequest(em, operation, requestId));
  return isWithdrawn ? 'unchanged' : 'applied';
}
