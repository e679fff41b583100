import { formatDatabaseUrl } from '../config/database-url.ts';
import { type CellMapping, nameOf } from '../rules/compute/cell.ts';
import { findCell } from '../rules/compute/find-cell.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError } from '../rules/errors.ts';
import type { DatabaseName } from '../rules/schema-revision.ts';
import type { SchemaService } from '../services/schema-service.ts';
import type { Engine } from './engine.ts';

/** What a command names: a database, and of a cell its name or uuid; null: every database of the services in use. */
export type DatabaseChoice = { name: DatabaseName | null; cell: string | null };

/** A database as `db sync`, `db url` and `db version` reach it; `label` is what names it in their arguments. */
export type Reached = {
  label: string;
  /** The command of keyward's that makes what is missing in it. */
  sync: string;
  /** Writes its URL; a password is `***` unless it is to be shown. Throws a RuleError where a stored URL is of no use. */
  url(how: { showPassword: boolean; driver?: string }): Promise<string>;
  withSchema<T>(use: (schema: SchemaService) => Promise<T>): Promise<T>;
  /** What is there. An embedded database that nothing has made yet counts as empty. */
  state(): Promise<Found>;
};

/** `unmapped` names the cells that a cloud can't do without and that the API database does not map. */
export type Found = Awaited<ReturnType<SchemaService['state']>> & { unmapped: string[] };

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

type Way = Pick<Reached, 'label' | 'sync' | 'withSchema'> & { address(): Promise<DatabaseAddress> };

const reached = ({ label, sync, withSchema, address }: Way): Reached => ({
  label,
  sync,
  withSchema,
  url: async (how) => formatDatabaseUrl(await address(), how),
  state: async () => ({ ...(await withSchema((schema) => schema.state())), unmapped: [] }),
});

const identityDatabase = ({ identity }: Engine): Reached =>
  reached({
    label: 'identity',
    sync: 'keyward db sync',
    address: () => identity.address(),
    withSchema: async (use) => use((await identity.services()).schema),
  });

const COMPUTE = { sync: 'keyward db sync compute' };

export function apiDatabase({ compute }: Engine): Reached {
  const database = reached({
    ...COMPUTE,
    label: 'compute-api',
    address: () => compute.address(),
    withSchema: async (use) => use((await compute.services()).schema),
  });
  const empty: Found = { state: 'empty', refusal: null, unmapped: [] };
  return { ...database, state: async () => ((await compute.isThere()) ? database.state() : empty) };
}

/** The same, where its mappings are looked at too. */
function apiDatabaseWithCells(engine: Engine): Reached {
  const database = apiDatabase(engine);
  const state = async (): Promise<Found> => {
    const found = await database.state();
    return found.state === 'current' ? { ...found, unmapped: await unmappedCells(engine) } : found;
  };
  return { ...database, state };
}

async function unmappedCells({ compute }: Engine): Promise<string[]> {
  const missing = await (await compute.services()).cellSync.missing(compute.wantedCells());
  return missing.map(({ name }) => name!);
}

const cellDatabase = ({ compute }: Engine, cell: CellMapping): Reached =>
  reached({
    ...COMPUTE,
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
    return [reached({ ...COMPUTE, label: 'cells', address: fail, withSchema: fail })];
  }
}
