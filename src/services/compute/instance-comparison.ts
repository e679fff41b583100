import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import {
  type Cellless,
  findMappings,
  listCellless,
  listMapped,
} from '../../database/nova-api/instance-mappings.ts';
import { findInstances, listInstances } from '../../database/nova-cell/instances.ts';
import { type CellMapping, type FromCells, nameOf } from '../../rules/compute/cell.ts';
import type { Finding } from '../../rules/compute/cell-findings.ts';
import {
  cellless,
  type Digests,
  findingsOf,
  hasStayed,
  judged,
  KEPT,
  noVerdict,
  type Place,
  type SecondLook,
  type Suspects,
  suspectsOf,
  unequalPlaces,
  type Verdict,
  withoutCell,
} from '../../rules/compute/instance-places.ts';
import { type RuleError, Unavailable } from '../../rules/errors.ts';
import type { Deadline } from './deadline.ts';

type Failures = FromCells<unknown>['failures'];
type Kind = Suspects['kind'];
type Compared = { findings: Finding[]; failures: Failures };
type Sources = { database: Database; cells: Cells; all: CellMapping[]; deadline: Deadline };

/** So many mappings to no cell are looked at twice at once. */
export const MOST_CELLLESS = 200;
/** Of the time that is left so much is for a list, so that some is left for the second look at what it shows. */
const LIST_SHARE = 2 / 3;

/**
 * Finds instances and mappings that have no counterpart, where the sums over a cell's uuids differ. The API database is
 * asked once for a group of parts, of whichever cells, and then those cells. What does not match is looked at twice, since
 * the databases are not read at one moment.
 */
export class InstanceComparison {
  readonly #from: Sources;
  readonly #digests: Digests[];
  readonly #failures: Failures = [];
  readonly #verdicts: Record<Kind, Map<number, Verdict>>;

  /** `all` are the mapped cells; `digests` are of those that answered. */
  constructor(from: Sources, digests: Digests[]) {
    this.#from = from;
    this.#digests = digests;
    const blank = () => new Map(digests.map(({ cell }) => [cell.id, noVerdict(cell)]));
    this.#verdicts = { unmapped: blank(), lost: blank() };
  }

  /** `first` are the first mappings to no cell. */
  async run(first: Cellless[]): Promise<Compared> {
    for (const places of unequalPlaces(this.#digests)) await this.#compare(places);
    const withoutCells = await this.#judgeCellless(first);
    const findings = this.#digests.flatMap(({ cell: { id } }) => [
      ...findingsOf(this.#verdicts.unmapped.get(id)!, 'unmapped'),
      ...findingsOf(this.#verdicts.lost.get(id)!, 'lost'),
    ]);
    return { findings: [...findings, ...withoutCells], failures: this.#failures };
  }

  async #compare(all: Place[]): Promise<void> {
    const { database, deadline } = this.#from;
    const places = all.filter(({ cell }) => this.#answers(cell));
    const byCell = Map.groupBy(places, ({ cell }) => cell);
    const cells = [...byCell.keys()];
    if (deadline.isOver()) this.#failures.push(...cells.map((cell) => ({ cell, error: notInTime(cell) })));
    else if (places.length > 0) {
      const mapped = await database.read((em) => listMapped(em, places));
      const answers = await this.#ask(cells, deadline.share(LIST_SHARE), (em, cell) =>
        listInstances(
          em,
          byCell.get(cell)!.map(({ part }) => part),
        ),
      );
      await this.#lookTwice(
        answers.flatMap(({ cell, value }) => suspectsOf(cell, value, mapped.get(cell.id) ?? [])),
      );
    }
  }

  /** Looks at some suspects of each cell and kind, and at the rest only where all of those were cleared. */
  async #lookTwice(suspects: Suspects[]): Promise<void> {
    let waiting = suspects;
    for (const most of [KEPT, Infinity]) {
      const due = waiting.filter((each) => each.uuids.length > 0 && !hasStayed(this.#verdictOf(each)));
      if (due.length === 0 || this.#from.deadline.isOver()) break;
      const looked = due.map((each) => ({ ...each, uuids: each.uuids.slice(0, most) }));
      waiting = waiting.map((each) =>
        due.includes(each) ? { ...each, uuids: each.uuids.slice(most) } : each,
      );
      const look = await this.#look(looked.flatMap(({ uuids }) => uuids));
      for (const each of looked) this.#set(each, judged(this.#verdictOf(each), each, look));
    }
    for (const each of waiting) {
      const verdict = this.#verdictOf(each);
      this.#set(each, { ...verdict, unseen: verdict.unseen + each.uuids.length });
    }
  }

  /** Goes on until some have stayed, since all of those that were listed first may have been cleared meanwhile. */
  async #judgeCellless(first: Cellless[]): Promise<Finding[]> {
    const { database, deadline } = this.#from;
    for (let page = first; page.length > 0;) {
      if (deadline.isOver()) return cellless([], true);
      const uuids = page.map(({ uuid }) => uuid);
      const stayed = withoutCell(uuids, await this.#look(uuids));
      const isFull = page.length === MOST_CELLLESS;
      if (stayed.length > 0 || !isFull) return cellless(stayed, isFull);
      const after = page.at(-1)!.id;
      page = await database.read((em) => listCellless(em, { limit: MOST_CELLLESS, after }));
    }
    return [];
  }

  async #look(suspects: string[]): Promise<SecondLook> {
    const { database, deadline, all } = this.#from;
    const uuids = [...new Set(suspects)];
    const cells = this.#digests.map(({ cell }) => cell).filter((cell) => this.#answers(cell));
    const answers = await this.#ask(cells, deadline.share(1), (em) => findInstances(em, uuids));
    return {
      mappings: await database.read((em) => findMappings(em, uuids)),
      found: new Map(answers.map(({ cell, value }) => [cell.id, value])),
      cells: all,
    };
  }

  /** A cell that has failed once is not asked again. */
  async #ask<T>(
    among: CellMapping[],
    deadlineMs: number,
    use: (em: EntityManager, cell: CellMapping) => Promise<T>,
  ): Promise<FromCells<T>['answers']> {
    const { answers, failures } = await this.#from.cells.each(use, { deadlineMs, among });
    this.#failures.push(...failures);
    return answers;
  }

  #answers = ({ id }: CellMapping): boolean => this.#failures.every(({ cell }) => cell.id !== id);

  #verdictOf = ({ kind, cell }: Suspects): Verdict => this.#verdicts[kind].get(cell.id)!;

  #set({ kind, cell }: Suspects, verdict: Verdict): void {
    this.#verdicts[kind].set(cell.id, verdict);
  }
}

const notInTime = (cell: CellMapping): RuleError =>
  new Unavailable(
    'CellTooSlow',
    `There was no time left to compare all instances of cell ${nameOf(cell)}.`,
    'Repeat the command with a longer `--timeout`.',
  );
