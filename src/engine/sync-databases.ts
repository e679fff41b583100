import { RuleError } from '../rules/errors.ts';
import type { Actor } from '../services/audit/audit-writer.ts';
import { apiDatabase, cellDatabases, type DatabaseChoice, databasesIn, type Reached } from './databases.ts';
import type { Compute } from './compute.ts';
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
  const mapping = await mapCells(compute, actor);
  const known = { label: api!.label, applied: [...api!.applied, ...mapping.applied], error: mapping.error };
  return [known, ...(await syncEach(await cellDatabases(engine)))];
}

/** Maps the cells that a cloud needs. Where that is refused, the cells that are mapped are gone on with all the same. */
async function mapCells(compute: Compute, actor: Actor): Promise<Omit<Synced, 'label'>> {
  try {
    const { cellSync } = await compute.services();
    const made = await cellSync.map(actor, compute.wantedCells());
    return { applied: made.map(({ name }) => `the mapping of ${name}`), error: null };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { applied: [], error };
  }
}

async function syncEach(databases: Reached[]): Promise<Synced[]> {
  const done: Synced[] = [];
  for (let from = 0; from < databases.length; from += AT_ONCE)
    done.push(...(await Promise.all(databases.slice(from, from + AT_ONCE).map(syncOne))));
  return done;
}

async function syncOne({ label, withSchema }: Reached): Promise<Synced> {
  try {
    const { applied } = await withSchema((schema) => schema.sync());
    return { label, applied, error: null };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { label, applied: [], error };
  }
}
