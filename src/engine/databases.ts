import { formatDatabaseUrl } from '../config/database-url.ts';
import { type CellMapping, nameOf } from '../rules/compute/cell.ts';
import { findCell } from '../rules/compute/find-cell.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError } from '../rules/errors.ts';
import type { DatabaseName } from '../rules/schema-revision.ts';
import type { WantedCell } from '../services/compute/cell-sync.ts';
import type { SchemaService } from '../services/schema-service.ts';
import type { Engine } from './engine.ts';
import { isEmbedded } from './service.ts';

/** What a command names: a database, and of a cell its name or uuid; null: every database of the services in use. */
export type DatabaseChoice = { name: DatabaseName | null; cell: string | null };

/** A database as `db sync`, `db url` and `db version` reach it; `label` is what names it in their arguments. */
export type Reached = {
  label: string;
  /** Throws a RuleError where a cell's stored URL is of no use. */
  address(): Promise<DatabaseAddress>;
  withSchema<T>(use: (schema: SchemaService) => Promise<T>): Promise<T>;
  /** What is there. An embedded database that nothing has made yet counts as empty. */
  state(): Promise<Found>;
};

export type Found = Awaited<ReturnType<SchemaService['state']>>;

/** Gives the databases that are chosen; the cells of an API database are listed by it. */
export async function databasesIn(engine: Engine, { name, cell }: DatabaseChoice): Promise<Reached[]> {
  switch (name) {
    case 'identity':
      return [identityDatabase(engine)];
    case 'compute-api':
      return [apiDatabase(engine)];
    case 'cell':
      return [cellDatabase(engine, findCell(await cellsOf(engine), cell!))];
    case 'compute':
      return [apiDatabaseWithCells(engine), ...(await cellDatabases(engine))];
    case null: {
      const each = (await engine.inUse()).map((service) => databasesIn(engine, { name: service.name, cell }));
      return (await Promise.all(each)).flat();
    }
  }
}

const reached = (database: Omit<Reached, 'state'>): Reached => ({
  ...database,
  state: () => database.withSchema((schema) => schema.state()),
});

export const identityDatabase = ({ identity }: Engine): Reached =>
  reached({
    label: 'identity',
    address: () => identity.address(),
    withSchema: async (use) => use((await identity.services()).schema),
  });

export function apiDatabase({ compute }: Engine): Reached {
  const database = reached({
    label: 'compute-api',
    address: () => compute.address(),
    withSchema: async (use) => use((await compute.services()).schema),
  });
  const isThere = async (): Promise<boolean> => !isEmbedded(compute) || (await compute.isThere());
  return {
    ...database,
    state: async () => ((await isThere()) ? database.state() : { state: 'empty', refusal: null }),
  };
}

/** The same, where its mappings are looked at too. */
function apiDatabaseWithCells(engine: Engine): Reached {
  const database = apiDatabase(engine);
  const state = async (): Promise<Found> => {
    const found = await database.state();
    if (found.state !== 'current') return found;
    const missing = await missingCells(engine);
    return missing.length === 0 ? found : { state: 'unmapped', refusal: null };
  };
  return { ...database, state };
}

async function missingCells({ compute }: Engine): Promise<WantedCell[]> {
  return (await compute.services()).cellSync.missing(compute.wantedCells());
}

export const cellDatabase = ({ compute }: Engine, cell: CellMapping): Reached =>
  reached({
    label: `cell ${nameOf(cell)}`,
    address: async () => compute.addressOf(cell),
    withSchema: async (use) => (await compute.services()).cellSync.withSchema(cell, use),
  });

const cellsOf = async ({ compute }: Engine): Promise<CellMapping[]> =>
  (await compute.services()).cells.list();

/** Where the API database can't be asked for its cells, they stand there as one that fails. */
export async function cellDatabases(engine: Engine): Promise<Reached[]> {
  try {
    return (await cellsOf(engine)).map((cell) => cellDatabase(engine, cell));
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    // An API database that is not made yet has no cells.
    if (['DatabaseMissing', 'SchemaMissing'].includes(error.name)) return [];
    const fail = (): Promise<never> => Promise.reject(error);
    return [reached({ label: 'cells', address: fail, withSchema: fail })];
  }
}

/** Gives the database's URL; its password is `***` unless it is to be shown. `driver` is one of SQLAlchemy's. */
export const urlOf = async (
  database: Reached,
  how: { showPassword: boolean; driver?: string },
): Promise<string> => formatDatabaseUrl(await database.address(), how);
