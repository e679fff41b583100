import { RuleError } from '../rules/errors.ts';
import type { Actor } from '../services/audit/audit-writer.ts';
import { apiDatabase, cellDatabases, type DatabaseChoice, databasesIn, type Reached } from './databases.ts';
import type { Engine } from './engine.ts';
import { isInHome } from './service.ts';

/** So many cells are worked on at once. */
const AT_ONCE = 8;

/** What became of one database: what was applied to it, or why nothing could be. */
export type Synced = { label: string; applied: string[]; error: RuleError | null };

/** Makes or adopts the databases that are chosen. One that can't be is a failure beside the others' success. */
export async function syncDatabases(
  engine: Engine,
  { name, cell }: DatabaseChoice,
  actor: Actor,
): Promise<Synced[]> {
  const names = name === null ? (await engine.inUse()).map((service) => service.name) : [name];
  const done: Synced[] = [];
  for (const each of names) {
    const isWhole = each === 'compute';
    done.push(
      ...(isWhole
        ? await syncCompute(engine, actor)
        : await syncEach(await databasesIn(engine, { name: each, cell }))),
    );
  }
  const isChanged = done.some(({ applied }) => applied.length > 0);
  return isChanged ? done.map(besideChanges) : done;
}

/** Where another database was changed, a failure must not say that nothing was. */
function besideChanges({ error, ...each }: Synced): Synced {
  if (error?.outcome !== 'unchanged') return { ...each, error };
  const { name, message, cure, exitCode } = error;
  return { ...each, error: new RuleError(name, message, { cure, exitCode, outcome: 'changed' }) };
}

/** Makes the API database, maps the cells that a cloud needs, and makes each mapped cell's database. */
async function syncCompute(engine: Engine, actor: Actor): Promise<Synced[]> {
  const { compute } = engine;
  if (isInHome(compute)) await compute.makeDatabases();
  const [api] = await syncEach([apiDatabase(engine)]);
  if (api!.error) return [api!];
  const mapped = await mapCells(engine, actor);
  return [
    { ...api!, applied: [...api!.applied, ...mapped.applied] },
    ...(mapped.error ? [mapped] : []),
    ...(await syncEach(await cellDatabases(engine))),
  ];
}

/** A mapping that can't be made hinders no other cell, and the API database was made all the same. */
function mapCells({ compute }: Engine, actor: Actor): Promise<Synced> {
  return orFailure('cells', async () => {
    const { cellSync } = await compute.services();
    const made = await cellSync.map(actor, compute.wantedCells());
    return made.map(({ name }) => `the mapping of ${name}`);
  });
}

async function syncEach(databases: Reached[]): Promise<Synced[]> {
  const done: Synced[] = [];
  for (let from = 0; from < databases.length; from += AT_ONCE)
    done.push(...(await Promise.all(databases.slice(from, from + AT_ONCE).map(syncOne))));
  return done;
}

const syncOne = ({ label, withSchema }: Reached): Promise<Synced> =>
  orFailure(label, async () => (await withSchema((schema) => schema.sync())).applied);

async function orFailure(label: string, apply: () => Promise<string[]>): Promise<Synced> {
  try {
    return { label, applied: await apply(), error: null };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { label, applied: [], error };
  }
}
