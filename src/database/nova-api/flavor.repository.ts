import type { InferEntity } from '@mikro-orm/core';
import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import type { Flavor } from '../../rules/compute/flavor.ts';
import type { NewFlavor } from '../../rules/compute/new-flavor.ts';
import { DATABASE_NOW, databaseNow } from '../database-time.ts';
import { FlavorExtraSpec, FlavorProject, Flavor as Row } from './flavor.entity.ts';

/** Which flavors are meant: sizes are lower bounds, in MiB and GiB; null as `isPublic` means all. */
export type FlavorFilter = {
  isPublic: boolean | null;
  minDisk?: number | undefined;
  minRam?: number | undefined;
};

const fresh = { disableIdentityMap: true } as const;

/** Finds a flavor by its ID, else by its name, as openstackclient does; null where there is none. */
export async function findFlavorNamed(em: EntityManager, nameOrId: string): Promise<Flavor | null> {
  const row =
    (await em.findOne(Row, { flavorid: nameOrId }, fresh)) ??
    (await em.findOne(Row, { name: nameOrId }, fresh));
  return row && (await withExtraSpecs(em, [row]))[0]!;
}

/** Reads at most `size` flavors after an ID, in the order of their IDs, which is that of Nova's API. */
export async function pageOfFlavors(
  em: EntityManager,
  { isPublic, minDisk, minRam }: FlavorFilter,
  after: string | null,
  size: number,
): Promise<Flavor[]> {
  const where: FilterQuery<InferEntity<typeof Row>> = {
    ...(isPublic !== null && { isPublic }),
    ...(minDisk !== undefined && { rootGb: { $gte: minDisk } }),
    ...(minRam !== undefined && { memoryMb: { $gte: minRam } }),
    ...(after !== null && { flavorid: { $gt: after } }),
  };
  return withExtraSpecs(
    em,
    await em.find(Row, where, { ...fresh, orderBy: { flavorid: 'asc' }, limit: size }),
  );
}

/** Lists the names of the first thousand flavors, among which a misspelt one is looked for. */
export async function listFlavorNames(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<{ name: string }[]>('select name from flavors order by name limit 1000');
  return rows.map(({ name }) => name);
}

/** Lists the ids of the projects that may use a flavor which is not public. */
export async function projectsOf(em: EntityManager, flavorId: number): Promise<string[]> {
  const rows = await em.find(FlavorProject, { flavorId }, { ...fresh, orderBy: { id: 'asc' } });
  return rows.map(({ projectId }) => projectId);
}

/**
 * Writes a flavor as Nova does (NOTE: nova/objects/flavor.py, `_flavor_create`); returns its row's id, or null where a
 * flavor has its ID or name already. It waits for whoever is making such a one.
 */
export async function insertFlavor(
  em: EntityManager,
  { projectId, extraSpecs, ...flavor }: NewFlavor & { flavorid: string },
): Promise<number | null> {
  const id = await insertRow(em, flavor);
  if (id === null) return null;
  for (const [key, value] of Object.entries(extraSpecs))
    await em.insert(FlavorExtraSpec, { createdAt: databaseNow(), flavorId: id, key, value });
  if (projectId !== null)
    await em.insert(FlavorProject, { createdAt: databaseNow(), flavorId: id, projectId });
  return id;
}

/** Deletes a flavor with its properties and projects, as Nova does; servers keep what they have of it. False: it is gone. */
export async function deleteFlavor(em: EntityManager, flavorId: number): Promise<boolean> {
  await em.nativeDelete(FlavorProject, { flavorId });
  await em.nativeDelete(FlavorExtraSpec, { flavorId });
  return (await em.nativeDelete(Row, { id: flavorId })) > 0;
}

async function insertRow(
  em: EntityManager,
  flavor: Omit<NewFlavor, 'projectId' | 'extraSpecs'> & { flavorid: string },
): Promise<number | null> {
  const { flavorid, name, memoryMb, vcpus, rootGb, ephemeralGb, swap, rxtxFactor, isPublic, description } =
    flavor;
  const [row] = await em.execute<{ id: number }[]>(
    `insert into flavors (created_at, flavorid, name, memory_mb, vcpus, root_gb, ephemeral_gb, swap, rxtx_factor,
       is_public, description, disabled)
     values (${DATABASE_NOW}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false)
     on conflict do nothing returning id`,
    [flavorid, name, memoryMb, vcpus, rootGb, ephemeralGb, swap, rxtxFactor, isPublic, description],
  );
  return row?.id ?? null;
}

async function withExtraSpecs(em: EntityManager, rows: InferEntity<typeof Row>[]): Promise<Flavor[]> {
  if (rows.length === 0) return [];
  const flavorId = { $in: rows.map(({ id }) => id) };
  const specs = await em.find(FlavorExtraSpec, { flavorId }, { ...fresh, orderBy: { id: 'asc' } });
  const byFlavor = Map.groupBy(specs, (spec) => spec.flavorId);
  return rows.map((row) => ({
    ...columnsOf(row),
    extraSpecs: Object.fromEntries(
      (byFlavor.get(row.id) ?? []).map(({ key, value }) => [key, value ?? null]),
    ),
  }));
}

/** Columns that may be NULL become what Nova's objects make of them: 0 for a number (NOTE: nova/objects/flavor.py). */
const columnsOf = (row: InferEntity<typeof Row>): Omit<Flavor, 'extraSpecs'> => ({
  id: row.id,
  flavorid: row.flavorid,
  name: row.name,
  memoryMb: row.memoryMb,
  vcpus: row.vcpus,
  rootGb: row.rootGb ?? 0,
  ephemeralGb: row.ephemeralGb ?? 0,
  swap: row.swap,
  rxtxFactor: Number(row.rxtxFactor ?? 0),
  vcpuWeight: row.vcpuWeight ?? 0,
  isDisabled: row.disabled ?? false,
  isPublic: row.isPublic ?? false,
  description: row.description ?? null,
  createdAt: row.createdAt ?? null,
  updatedAt: row.updatedAt ?? null,
});
