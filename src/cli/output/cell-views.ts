import { type CellMapping, nameOf } from '../../rules/compute/cell.ts';
import type { Finding } from '../../rules/compute/cell-findings.ts';
import type { CellState } from '../../rules/compute/cell-state.ts';
import type { Urls } from '../../rules/compute/new-cell.ts';
import { ListOutput, RecordOutput } from './outputs.ts';

/**
 * The first columns are those of `nova-manage cell_v2 list_cells`. `Hosts` are the mapped ones; `Instances` are those in
 * the cell's database that were not deleted. Both are null where a database gave no answer in time; `Problem` says why,
 * or why it is no cell.
 */
export type CellListRow = {
  Name: string;
  UUID: string;
  'Transport URL': string;
  'Database Connection': string;
  Disabled: boolean;
  Hosts: number | null;
  Instances: number | null;
  Revision: string | null;
  Reachable: boolean;
  Problem: string | null;
};

export const cellList = new ListOutput<CellState, CellListRow>({
  Name: ({ cell }) => cell.name ?? '',
  UUID: ({ cell }) => cell.uuid,
  'Transport URL': ({ urls }) => urls.transportUrl,
  'Database Connection': ({ urls }) => urls.databaseConnection,
  Disabled: ({ cell }) => cell.isDisabled,
  Hosts: ({ hosts }) => hosts,
  Instances: ({ living }) => living,
  Revision: ({ revision }) => revision,
  Reachable: ({ isReachable }) => isReachable,
  Problem: ({ problem }) => problem,
});

/** What is stored of a cell, with its URLs filled in and without passwords. */
export type CellRecord = {
  uuid: string;
  name: string;
  transport_url: string;
  database_connection: string;
  disabled: boolean;
};

/** `instance_mappings` are the mapped instances that are not being deleted, and `instances` those in the database. */
export type CellStateRecord = CellRecord & {
  hosts: number | null;
  instance_mappings: number | null;
  instances: number | null;
  revision: string | null;
  reachable: boolean;
  problem: string | null;
};

const FIELDS = ['uuid', 'name', 'transport_url', 'database_connection', 'disabled'] as const;

export const createdCell = new RecordOutput<CellRecord>([...FIELDS]);
export const shownCell = new RecordOutput<CellStateRecord>([
  ...FIELDS,
  'hosts',
  'instance_mappings',
  'instances',
  'revision',
  'reachable',
  'problem',
]);

export const cellRecord = ({ uuid, name, isDisabled }: CellMapping, urls: Urls): CellRecord => ({
  uuid,
  name: name ?? '',
  transport_url: urls.transportUrl,
  database_connection: urls.databaseConnection,
  disabled: isDisabled,
});

export const cellStateRecord = ({ cell, urls, ...state }: CellState): CellStateRecord => ({
  ...cellRecord(cell, urls),
  hosts: state.hosts,
  instance_mappings: state.instances,
  instances: state.living,
  revision: state.revision,
  reachable: state.isReachable,
  problem: state.problem,
});

/** `Cells` are the names of those that the finding is about; `Count` is of how many hosts, instances or mappings. */
export type CellFindingRow = {
  Finding: string;
  Cells: string[];
  Count: number;
  Details: string;
  Cure: string;
};

export const cellFindings = new ListOutput<Finding, CellFindingRow>({
  Finding: ({ kind }) => kind,
  Cells: ({ cells }) => cells.map(nameOf),
  Count: ({ count }) => count,
  Details: ({ details }) => details,
  Cure: ({ cure }) => cure,
});
