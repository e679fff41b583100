import { type CellMapping, nameOf } from './cell.ts';
import { counted, examples, type Finding } from './cell-findings.ts';

/**
 * Sums uuids up in parts, so that two databases can compare hundreds of thousands by what fits in one answer: for the
 * first two characters of a uuid how many there are, and a sum over all of them.
 */
export type Digest = ReadonlyMap<string, { count: number; sum: string }>;

/** At most so many uuids are held at once of one cell, unless a single part has more. */
const AT_ONCE = 20_000;

/** Gives the parts that differ, in groups of which each has a number of uuids that fits in memory. */
export function unequalParts(one: Digest, other: Digest, atOnce = AT_ONCE): string[][] {
  const groups: string[][] = [];
  let held = 0;
  for (const part of new Set([...one.keys(), ...other.keys()])) {
    const [mine, theirs] = [one.get(part), other.get(part)];
    if (mine?.count === theirs?.count && mine?.sum === theirs?.sum) continue;
    const size = (mine?.count ?? 0) + (theirs?.count ?? 0);
    if (groups.length === 0 || held + size > atOnce) {
      groups.push([]);
      held = 0;
    }
    held += size;
    groups.at(-1)!.push(part);
  }
  return groups;
}

/** Of one cell: instances whose mapping is not there, and mappings whose instance is not; some of them, and how many. */
export type Suspects = { unmapped: Some; lost: Some };
export type Some = { uuids: string[]; count: number };

/** So many are looked at twice and told of; of more than that only the number is known. */
const KEPT = 200;

export const none = (): Some => ({ uuids: [], count: 0 });

export const joined = (some: Some, uuids: string[]): Some => ({
  uuids: [...some.uuids, ...uuids].slice(0, KEPT),
  count: some.count + uuids.length,
});

/** What the API database says of an instance; a build request is there until it has been put into a cell. */
export type Mapping = { cellId: number | null; isBuilding: boolean };

/** What was found at a second look: a server may have come or gone between the two databases' answers. */
export type SecondLook = {
  mappings: ReadonlyMap<string, Mapping>;
  /** Of each cell that was asked: its instances among the suspects, and whether each lives. */
  found: ReadonlyMap<number, ReadonlyMap<string, boolean>>;
  cells: CellMapping[];
};

/** Judges one cell's suspects by the second look; what it clears is not told. */
export function judgeInstances(cell: CellMapping, { unmapped, lost }: Suspects, look: SecondLook): Finding[] {
  const here = look.found.get(cell.id);
  if (!here) return [];
  const living = unmapped.uuids.filter((uuid) => here.get(uuid) === true);
  const unknown = living.filter((uuid) => !look.mappings.has(uuid));
  const elsewhere = living.filter((uuid) => isElsewhere(look.mappings.get(uuid), cell));
  const gone = lost.uuids.filter(
    (uuid) => look.mappings.get(uuid)?.cellId === cell.id && !here.has(uuid) && !livesIn(uuid, look),
  );
  const beyond = (some: Some): number => some.count - some.uuids.length;
  return [
    ...notMapped(cell, unknown, unknown.length + (elsewhere.length === 0 ? beyond(unmapped) : 0)),
    ...mappedElsewhere(
      cell,
      elsewhere,
      elsewhere.length + (elsewhere.length > 0 ? beyond(unmapped) : 0),
      look,
    ),
    ...withoutInstance(cell, gone, gone.length + beyond(lost)),
  ];
}

const isElsewhere = (mapping: Mapping | undefined, cell: CellMapping): boolean =>
  mapping !== undefined && mapping.cellId !== cell.id && !(mapping.cellId === null && mapping.isBuilding);

const livesIn = (uuid: string, { found }: SecondLook): boolean =>
  [...found.values()].some((instances) => instances.get(uuid) === true);

function notMapped(cell: CellMapping, uuids: string[], count: number): Finding[] {
  if (uuids.length === 0) return [];
  return [
    {
      kind: 'instance-not-mapped',
      cells: [cell],
      count,
      details: `${counted(count, 'instance')} of cell ${nameOf(cell)} without a mapping: ${examples(uuids, count)}.`,
      cure: `Run \`nova-manage cell_v2 map_instances --cell_uuid ${cell.uuid} --reset\`.`,
    },
  ];
}

function mappedElsewhere(cell: CellMapping, uuids: string[], count: number, look: SecondLook): Finding[] {
  if (uuids.length === 0) return [];
  const nameAt = (uuid: string): string => {
    const id = look.mappings.get(uuid)!.cellId;
    const other = look.cells.find((each) => each.id === id);
    return `${uuid} (${other ? nameOf(other) : 'none'})`;
  };
  return [
    {
      kind: 'instance-mapped-elsewhere',
      cells: [cell],
      count,
      details: `${counted(count, 'instance')} in cell ${nameOf(cell)} and mapped to another cell, or to none: ${examples(uuids.map(nameAt), count)}.`,
      cure: 'Find out on which host each runs. Then correct `cell_id` of its row in `instance_mappings`, or delete the instance in the cell where it is not; Nova has no command for either.',
    },
  ];
}

function withoutInstance(cell: CellMapping, uuids: string[], count: number): Finding[] {
  if (uuids.length === 0) return [];
  return [
    {
      kind: 'mapping-without-instance',
      cells: [cell],
      count,
      details: `${counted(count, 'mapping')} to cell ${nameOf(cell)}, whose database has no such instance: ${examples(uuids, count)}.`,
      cure: "See what `nova-manage cell_v2 verify_instance --uuid UUID` says. If the instance was archived, delete its row of `instance_mappings`, for which Nova has no command; else restore the cell's database.",
    },
  ];
}

/** Judges mappings that name no cell: until an instance is in one it has a build request, and after that a cell. */
export function judgeCellless(uuids: string[], look: SecondLook): Finding[] {
  const lost = uuids.filter((uuid) => {
    const mapping = look.mappings.get(uuid);
    return mapping?.cellId === null && !mapping.isBuilding && !livesIn(uuid, look);
  });
  if (lost.length === 0) return [];
  const count = lost.length;
  return [
    {
      kind: 'mapping-without-cell',
      cells: [],
      count,
      details: `${counted(count, 'mapping')} to no cell, of an instance that is not being built: ${examples(lost)}.`,
      cure: 'See what `nova-manage cell_v2 verify_instance --uuid UUID` says. If no cell has the instance, delete its row of `instance_mappings`, for which Nova has no command.',
    },
  ];
}
