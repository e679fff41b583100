import { type CellMapping, nameOf } from './cell.ts';
import { counted, examples, type Finding, type FindingKind } from './cell-findings.ts';

/**
 * Sums uuids up in parts, so that two databases can compare hundreds of thousands by what fits in one answer: for the
 * first two characters of a uuid how many there are, and a sum over all of them.
 */
export type Digest = ReadonlyMap<string, { count: number; sum: string }>;

/** At most so many uuids are held at once, of all cells together, unless a single part has more. */
const AT_ONCE = 20_000;

/** Two sums of what should be the same: the instances in a cell's database, and those that are mapped to it. */
export type Digests = { cell: CellMapping; here: Digest; there: Digest };
/** A part of one cell's instances. */
export type Place = { cell: CellMapping; part: string };

/** Gives the parts that differ, in groups of which each has a number of uuids that fits in memory. */
export function unequalPlaces(digests: Digests[], atOnce = AT_ONCE): Place[][] {
  const groups: Place[][] = [];
  let held = 0;
  for (const { cell, here, there } of digests) {
    for (const part of new Set([...here.keys(), ...there.keys()])) {
      const [mine, theirs] = [here.get(part), there.get(part)];
      if (mine?.count === theirs?.count && mine?.sum === theirs?.sum) continue;
      const size = (mine?.count ?? 0) + (theirs?.count ?? 0);
      if (groups.length === 0 || held + size > atOnce) {
        groups.push([]);
        held = 0;
      }
      held += size;
      groups.at(-1)!.push({ cell, part });
    }
  }
  return groups;
}

/** Of one cell: instances that live and whose mapping is not there, or mappings whose instance is not. */
export type Suspects = { cell: CellMapping; kind: 'unmapped' | 'lost'; uuids: string[] };

/** Compares what a cell has (and whether it lives) with what is mapped to it. */
export function suspectsOf(
  cell: CellMapping,
  here: ReadonlyMap<string, boolean>,
  mapped: string[],
): Suspects[] {
  const there = new Set(mapped);
  const unmapped = [...here].filter(([uuid, lives]) => lives && !there.has(uuid)).map(([uuid]) => uuid);
  const lost = mapped.filter((uuid) => !here.has(uuid));
  return [
    { cell, kind: 'unmapped', uuids: unmapped },
    { cell, kind: 'lost', uuids: lost },
  ];
}

/** Some of what was found, and how many there are. */
export type Some = { uuids: string[]; count: number };

/** So many are told of; so many are looked at twice to begin with. */
export const KEPT = 200;

export const none = (): Some => ({ uuids: [], count: 0 });

export const joined = (some: Some, uuids: string[]): Some => ({
  uuids: [...some.uuids, ...uuids].slice(0, KEPT),
  count: some.count + uuids.length,
});

/** What a second look has confirmed of a cell's suspects of one kind, and how many of them it did not look at. */
export type Verdict = { cell: CellMapping; stayed: Some; elsewhere: Some; unseen: number };

export const noVerdict = (cell: CellMapping): Verdict => ({
  cell,
  stayed: none(),
  elsewhere: none(),
  unseen: 0,
});

export const hasStayed = ({ stayed, elsewhere }: Verdict): boolean => stayed.count + elsewhere.count > 0;

/** What the API database says of an instance; a build request is there until it has been put into a cell. */
export type Mapping = { cellId: number | null; isBuilding: boolean };

/** What was found at a second look: a server may have come or gone between the two databases' answers. */
export type SecondLook = {
  mappings: ReadonlyMap<string, Mapping>;
  /** Of each cell that was asked: its instances among the suspects, and whether each lives. */
  found: ReadonlyMap<number, ReadonlyMap<string, boolean>>;
  cells: CellMapping[];
};

/** Adds what the second look says of suspects; what it clears is forgotten. */
export function judged(verdict: Verdict, { cell, kind, uuids }: Suspects, look: SecondLook): Verdict {
  const here = look.found.get(cell.id);
  if (!here) return { ...verdict, unseen: verdict.unseen + uuids.length };
  if (kind === 'lost') {
    const gone = uuids.filter(
      (uuid) => look.mappings.get(uuid)?.cellId === cell.id && !here.has(uuid) && !livesIn(uuid, look),
    );
    return { ...verdict, stayed: joined(verdict.stayed, gone) };
  }
  const living = uuids.filter((uuid) => here.get(uuid) === true);
  const unknown = living.filter((uuid) => !look.mappings.has(uuid));
  const elsewhere = living.filter((uuid) => isElsewhere(look.mappings.get(uuid), cell));
  return {
    ...verdict,
    stayed: joined(verdict.stayed, unknown),
    elsewhere: joined(
      verdict.elsewhere,
      elsewhere.map((uuid) => withCell(uuid, look)),
    ),
  };
}

const isElsewhere = (mapping: Mapping | undefined, cell: CellMapping): boolean =>
  mapping !== undefined && mapping.cellId !== cell.id && !(mapping.cellId === null && mapping.isBuilding);

const livesIn = (uuid: string, { found }: SecondLook): boolean =>
  [...found.values()].some((instances) => instances.get(uuid) === true);

function withCell(uuid: string, { mappings, cells }: SecondLook): string {
  const id = mappings.get(uuid)!.cellId;
  const other = cells.find((each) => each.id === id);
  return `${uuid} (${other ? nameOf(other) : 'none'})`;
}

/** Tells of one cell's suspects; those that nobody looked at twice are told of with the first kind that has stayed. */
export function findingsOf(verdict: Verdict, kind: Suspects['kind']): Finding[] {
  const { cell, stayed, elsewhere, unseen } = verdict;
  const isFirst = stayed.count > 0 || elsewhere.count === 0;
  return [
    ...told(cell, stayed, isFirst ? unseen : 0, kind === 'lost' ? LOST : NOT_MAPPED),
    ...told(cell, elsewhere, isFirst ? 0 : unseen, ELSEWHERE),
  ];
}

type Wording = {
  kind: FindingKind;
  what: 'instance' | 'mapping';
  are: (name: string) => string;
  cure: (cell: CellMapping) => string;
};

const NOT_MAPPED: Wording = {
  kind: 'instance-not-mapped',
  what: 'instance',
  are: (name) => `of cell ${name} without a mapping`,
  cure: ({ uuid }) => `Run \`nova-manage cell_v2 map_instances --cell_uuid ${uuid} --reset\`.`,
};
const ELSEWHERE: Wording = {
  kind: 'instance-mapped-elsewhere',
  what: 'instance',
  are: (name) => `in cell ${name} and mapped to another cell, or to none`,
  cure: () =>
    'Find out on which host each runs. Then correct `cell_id` of its row in `instance_mappings`, or delete the instance in the cell where it is not; Nova has no command for either.',
};
const LOST: Wording = {
  kind: 'mapping-without-instance',
  what: 'mapping',
  are: (name) => `to cell ${name}, whose database has no such instance`,
  cure: () =>
    "See what `nova-manage cell_v2 verify_instance --uuid UUID` says. If the instance was archived, delete its row of `instance_mappings`, for which Nova has no command; else restore the cell's database.",
};

const LONGER = 'Repeat the command, with a longer `--timeout`.';

function told(
  cell: CellMapping,
  { uuids, count }: Some,
  unseen: number,
  { kind, what, are, cure }: Wording,
): Finding[] {
  const found = { kind, cells: [cell] };
  if (count > 0) {
    const more = unseen > 0 ? `; ${unseen} more that did not match were not looked at twice` : '';
    const details = `${atLeast(unseen > 0)}${counted(count, what)} ${are(nameOf(cell))}: ${examples(uuids, count)}${more}.`;
    return [{ ...found, count, details, cure: cure(cell) }];
  }
  if (unseen === 0) return [];
  const details = `${counted(unseen, what)} ${are(nameOf(cell))} at a first look; a second one was not possible.`;
  return [{ ...found, count: unseen, details, cure: LONGER }];
}

const atLeast = (isPart: boolean): string => (isPart ? 'At least ' : '');

/** Gives those mappings that name no cell still: until an instance is in one it has a build request, and then a cell. */
export const withoutCell = (uuids: string[], look: SecondLook): string[] =>
  uuids.filter((uuid) => {
    const mapping = look.mappings.get(uuid);
    return mapping?.cellId === null && !mapping.isBuilding && !livesIn(uuid, look);
  });

/** Tells of mappings that name no cell; `isPart`: there may be more. Without any there was no time to look at them. */
export function cellless(uuids: string[], isPart: boolean): Finding[] {
  const count = uuids.length;
  if (count === 0 && !isPart) return [];
  const what = 'to no cell, of an instance that is not being built';
  const found = { kind: 'mapping-without-cell' as const, cells: [] };
  if (count === 0)
    return [{ ...found, count: 1, details: `There was no time for all mappings ${what}.`, cure: LONGER }];
  return [
    {
      ...found,
      count,
      details: `${atLeast(isPart)}${counted(count, 'mapping')} ${what}: ${examples(uuids)}.`,
      cure: 'See what `nova-manage cell_v2 verify_instance --uuid UUID` says. If no cell has the instance, delete its row of `instance_mappings`, for which Nova has no command.',
    },
  ];
}
