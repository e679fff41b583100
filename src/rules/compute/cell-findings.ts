import { CELL0_UUID, type CellMapping, isCell0, nameOf } from './cell.ts';

/** What can be wrong with cells and their mappings. */
export type FindingKind =
  | 'cell0-missing'
  | 'cell0-has-hosts'
  | 'cell-unreachable'
  | 'wrong-revision'
  | 'shared-database'
  | 'host-in-two-cells'
  | 'host-not-mapped'
  | 'host-mapping-without-host'
  | 'instance-not-mapped'
  | 'instance-mapped-elsewhere'
  | 'mapping-without-instance'
  | 'mapping-without-cell';

/** Something that is wrong: in which cells, with how many hosts or instances, and what mends it. */
export type Finding = {
  kind: FindingKind;
  cells: CellMapping[];
  count: number;
  details: string;
  cure: string;
};

/** What a cell's database told: `hosts` are those whose nova-compute reports to it. */
export type ReportedHosts = { cell: CellMapping; hosts: string[] };
export type HostMappings = { host: string; cellId: number }[];

const SHOWN = 5;

/** Names the first of several things, and how many more there are. */
export function examples(names: string[], count = names.length): string {
  const shown = names.slice(0, SHOWN);
  const more = count - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Writes a number with what it counts: `1 host`, `2 hosts`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const are = (names: string[]): string => (names.length === 1 ? 'is' : 'are');

export const missingCell0 = (cells: CellMapping[]): Finding[] =>
  cells.some(isCell0)
    ? []
    : [
        {
          kind: 'cell0-missing',
          cells: [],
          count: 1,
          details: 'No cell0 is mapped, where instances are kept that no host took.',
          cure: 'Run `keyward db sync compute`, or `nova-manage cell_v2 map_cell0` of Nova.',
        },
      ];

/**
 * Finds cells whose URLs lead to one database. `server` identifies a database whatever URL it was reached by. Of what
 * such cells hold it can't be told whose it is.
 */
export function sharedDatabases(asked: { cell: CellMapping; server: string }[]): Finding[] {
  return [...Map.groupBy(asked, ({ server }) => server).values()]
    .map((group) => group.map(({ cell }) => cell))
    .filter((cells) => cells.length > 1)
    .map((cells) => ({
      kind: 'shared-database',
      cells,
      count: cells.length,
      details: `The cells ${cells.map(nameOf).join(', ')} have one database. What is in it was not compared.`,
      cure: 'Give each a database of its own, or delete the mapping that is one too many: `nova-manage cell_v2 update_cell` and `delete_cell`.',
    }));
}

/** Compares the hosts that report to cells with those that are mapped to them. Cells that were not asked are unknown. */
export function judgeHosts(
  mappings: HostMappings,
  reported: ReportedHosts[],
  cells: CellMapping[],
): Finding[] {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const mappedTo = new Map(mappings.map(({ host, cellId }) => [host, byId.get(cellId)]));
  const reportsTo = new Map<string, CellMapping[]>();
  for (const { cell, hosts } of reported)
    for (const host of hosts) reportsTo.set(host, [...(reportsTo.get(host) ?? []), cell]);
  const ofCell0 = hostsOfCell0(mappings, reported, cells);
  return [
    ...ofCell0,
    ...hostsInTwoCells(mappedTo, reportsTo),
    ...reported.filter(({ cell }) => !isCell0(cell)).flatMap((one) => unlikeMapped(one, mappedTo, reportsTo)),
  ];
}

function hostsOfCell0(mappings: HostMappings, reported: ReportedHosts[], cells: CellMapping[]): Finding[] {
  const cell0 = cells.find(isCell0);
  const mapped = mappings.filter(({ cellId }) => cellId === cell0?.id).map(({ host }) => host);
  const reporting = reported.filter(({ cell }) => isCell0(cell)).flatMap(({ hosts }) => hosts);
  const hosts = [...new Set([...mapped, ...reporting])];
  if (!cell0 || hosts.length === 0) return [];
  return [
    {
      kind: 'cell0-has-hosts',
      cells: [cell0],
      count: hosts.length,
      details: `${counted(hosts.length, 'host')} ${are(hosts)} of cell0, where no host belongs: ${examples(hosts)}.`,
      cure: `Let their nova-compute use the database and message queue of another cell, and unmap each: \`nova-manage cell_v2 delete_host --cell_uuid ${CELL0_UUID} --host HOST\`.`,
    },
  ];
}

type MappedTo = Map<string, CellMapping | undefined>;
type ReportsTo = Map<string, CellMapping[]>;

/** A host is in two cells that reports to both, or reports to one and is mapped to another one. */
function hostsInTwoCells(mappedTo: MappedTo, reportsTo: ReportsTo): Finding[] {
  const all = [...reportsTo].flatMap(([host, reports]) => {
    const mapped = mappedTo.get(host);
    const cells = [...new Set([...reports, ...(mapped ? [mapped] : [])])].filter((cell) => !isCell0(cell));
    return cells.length > 1 ? [{ host, cells }] : [];
  });
  const groups = Map.groupBy(all, ({ cells }) =>
    cells
      .map(({ id }) => id)
      .toSorted()
      .join(),
  );
  return [...groups.values()].map((group) => {
    const { cells } = group[0]!;
    const hosts = group.map(({ host }) => host);
    return {
      kind: 'host-in-two-cells',
      cells,
      count: hosts.length,
      details: `${counted(hosts.length, 'host')} ${are(hosts)} of more than one of the cells ${cells.map(nameOf).join(', ')}, by what they report to or are mapped to: ${examples(hosts)}.`,
      cure: 'Delete the services of each in the cell that it is not in (`openstack compute service delete`), and map it anew: `nova-manage cell_v2 delete_host`, then `nova-manage cell_v2 discover_hosts`.',
    };
  });
}

/** What of one cell's hosts is mapped nowhere, and what is mapped to it and does not report. */
function unlikeMapped({ cell, hosts }: ReportedHosts, mappedTo: MappedTo, reportsTo: ReportsTo): Finding[] {
  const unmapped = hosts.filter((host) => !mappedTo.has(host));
  const silent = [...mappedTo].flatMap(([host, to]) =>
    to?.id === cell.id && !reportsTo.has(host) ? [host] : [],
  );
  const findings: Finding[] = [
    {
      kind: 'host-not-mapped',
      cells: [cell],
      count: unmapped.length,
      details: `${counted(unmapped.length, 'host')} of cell ${nameOf(cell)} ${are(unmapped)} not mapped: ${examples(unmapped)}.`,
      cure: `Run \`nova-manage cell_v2 discover_hosts --by-service --cell_uuid ${cell.uuid}\`.`,
    },
    {
      kind: 'host-mapping-without-host',
      cells: [cell],
      count: silent.length,
      details: `${counted(silent.length, 'host')} ${are(silent)} mapped to cell ${nameOf(cell)} and unknown to its database: ${examples(silent)}.`,
      cure: `If they are gone for good: \`nova-manage cell_v2 delete_host --cell_uuid ${cell.uuid} --host HOST\`.`,
    },
  ];
  return findings.filter(({ count }) => count > 0);
}
