import type { Kysely } from 'kysely';
import { CELL0_UUID } from '../../rules/compute/cell.ts';
import { type Cells, defineCheck, failure, success } from '../define-check.ts';
import { judgeCells } from '../judge-cells.ts';

type Tables = {
  cell_mappings: { uuid: string };
  host_mappings: { id: number };
};
type CellTables = { compute_nodes: { id: number; deleted: number | null } };

const SETUP = 'nova-manage cell_v2 simple_cell_setup';
const DISCOVER = 'nova-manage cell_v2 discover_hosts';

// NOTE: nova/cmd/status.py
const TOO_FEW =
  'There needs to be at least two cell mappings, one for cell0 and one for your first cell. ' +
  `Run command '${SETUP}' and then retry.`;
const NO_CELL0 = `No cell0 mapping found. Run command '${SETUP}' and then retry.`;
const UNMAPPED = `No host mappings found but there are compute nodes. Run command '${SETUP}' and then retry.`;
const NO_HOSTS =
  `No host mappings or compute nodes were found. Remember to run command '${DISCOVER}' ` +
  'when new compute hosts are deployed.';

/**
 * Upstream counts compute nodes only in the database of `[database] connection`, which beside several cells is often
 * cell0's, where there are none. Here they are looked for in every cell.
 */
export default defineCheck({
  id: 'compute-cells-v2',
  order: 10,
  title: 'Cells v2',
  needs: ['database', 'cells'],
  remedy: `${SETUP}; where only the hosts are missing, ${DISCOVER}`,
  async run({ database, cells }) {
    const uuids = await mappedCells(database);
    if (uuids.length < 2) return failure(TOO_FEW, SETUP);
    if (!uuids.includes(CELL0_UUID)) return failure(NO_CELL0, 'nova-manage cell_v2 map_cell0');
    return (await hasHost(database)) ? success() : judgeHosts(cells);
  },
});

async function mappedCells(database: Kysely<Tables>): Promise<string[]> {
  const rows = await database.selectFrom('cell_mappings').select('uuid').execute();
  return rows.map(({ uuid }) => uuid);
}

const hasHost = async (database: Kysely<Tables>): Promise<boolean> =>
  (await database.selectFrom('host_mappings').select('id').limit(1).execute()).length > 0;

/** On a fresh installation no compute service has reported yet. */
const judgeHosts = (cells: Cells) =>
  judgeCells(cells, {
    ask: hasComputeNode,
    judge: (answers) =>
      answers.some(({ value }) => value) ? failure(UNMAPPED, DISCOVER) : success(NO_HOSTS),
  });

const hasComputeNode = async (database: Kysely<CellTables>): Promise<boolean> =>
  (await database.selectFrom('compute_nodes').where('deleted', '=', 0).select('id').limit(1).execute())
    .length > 0;
