import type { CheckedConfig, Cells, ReadOnlyDatabase } from '../../../src/checks/define-check.ts';
import type { CheckParts } from '../../../src/checks/run-check.ts';
import { CELL0_UUID, type CellMapping, NO_TRANSPORT } from '../../../src/rules/compute/cell.ts';
import type { ServiceApis } from '../../../src/rules/compute/service-apis.ts';
import { RuleError } from '../../../src/rules/errors.ts';
import type { PolicyFiles } from '../../../src/rules/policy.ts';
import type { CheckOutcome } from '../../../src/rules/upgrade-check.ts';
import { runChecks } from './run-suite.ts';

export const CELLS = 'compute-cells-v2';
export const PLACEMENT = 'compute-placement-api';
export const CINDER = 'compute-cinder-api';
export const POLICY = 'compute-policy-file-json-to-yaml';
export const OLD_COMPUTES = 'compute-older-than-n-1-computes';
export const MACHINE_TYPE = 'compute-hw-machine-type-unset';
export const SERVICE_TOKEN = 'compute-service-user-token';

/** Makes cell0 (0), or cell N, as a row of `cell_mappings` that holds a password. */
export const cell = (number: number): CellMapping => ({
  id: number + 1,
  uuid: number === 0 ? CELL0_UUID : `${String(number).repeat(8)}-0000-4000-8000-000000000000`,
  name: `cell${number}`,
  transportUrl: number === 0 ? NO_TRANSPORT : 'rabbit://nova:canary@mq:5672/',
  databaseConnection: `postgresql://nova:canary@db/nova_cell${number}`,
  isDisabled: false,
});

export const unreachable = (name: string): RuleError =>
  new RuleError('DatabaseUnreachable', `The PostgreSQL of ${name} does not answer.`, {
    cure: `Start the PostgreSQL of ${name}.`,
  });

type Rows = Record<string, object[]>;

/** A database of which each query of a table gives these rows, whatever it asks; a table that is not listed is missing. */
function tables(rows: Rows): ReadOnlyDatabase {
  const asked = (table: string): unknown => {
    const found = rows[table];
    if (!found)
      throw new RuleError('SchemaMissing', `${table} is missing.`, {
        cure: 'Run `keyward db sync compute`.',
      });
    const query: object = new Proxy(
      {},
      {
        get: (_, method) => {
          if (method === 'execute') return async () => found;
          return method === 'executeTakeFirstOrThrow' ? async () => found[0] : () => query;
        },
      },
    );
    return query;
  };
  return { selectFrom: asked } as ReadOnlyDatabase;
}

export const databaseOf = (rows: Rows): CheckParts['database'] => ({ read: (use) => use(tables(rows)) });

/** What the queries of the checks give in a cell where nothing is wrong. */
export const FINE: Rows = { compute_nodes: [], services: [], instances: [{ count: '0' }] };

/** Makes cells by their numbers; null is a dead one. */
export const cellsOf = (cells: Record<number, Rows | null>): Cells => ({
  each: async (use) => {
    const numbers = Object.keys(cells).map(Number);
    const [alive, dead] = [numbers.filter((at) => cells[at]), numbers.filter((at) => !cells[at])];
    return {
      answers: await Promise.all(
        alive.map(async (at) => ({
          cell: cell(at),
          value: await use(tables({ ...FINE, ...cells[at] }), cell(at)),
        })),
      ),
      failures: dead.map((at) => ({ cell: cell(at), error: unreachable(`cell${at}`) })),
    };
  },
});

/** What a whole, upgraded Nova answers. */
export const healthy = {
  database: databaseOf({ cell_mappings: [cell(0), cell(1)], host_mappings: [{ id: 1 }] }),
  policyFiles: (): PolicyFiles => ({
    policyFile: async () => null,
    abandonedJson: async () => null,
    overrides: async () => new Map(),
  }),
  cells: cellsOf({ 0: {}, 1: {} }),
  config: (): CheckedConfig => ({ get: () => ({ value: true, origin: 'nova.conf', isSet: true }) }),
  apis: (): ServiceApis => ({ newestVersion: async (service) => (service === 'cinder' ? '3.71' : '1.39') }),
} satisfies CheckParts;

/** Runs Nova's suite, or one check of it, by its activities, and gives the outcomes in their order. */
export const runComputeSuite = (parts: Partial<CheckParts> = {}, only?: string): Promise<CheckOutcome[]> =>
  runChecks(
    { ...healthy, ...parts },
    {
      suite: 'nova',
      configFiles: ['/etc/nova/nova.conf'],
      configDirs: [],
      isEmbedded: false,
      policy: { policyFile: 'policy.yaml', namesPolicyFile: false, policyDirs: [] },
    },
    only,
  );

export const runComputeCheck = async (id: string, parts: Partial<CheckParts>): Promise<CheckOutcome> =>
  (await runComputeSuite(parts, id))[0]!;
