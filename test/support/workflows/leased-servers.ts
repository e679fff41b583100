import type { BatchDone, BatchOf } from '../../../src/rules/compute/lock-request.ts';
import type { Fakes } from './simulated-step.ts';

/** A lock that ends with a lease, at that time of the run; `isOurs`: nobody has changed it since. */
export type Row = { cell: string; id: number; until: number; isOurs: boolean };
type Unlocked = { cell: string; id: number; at: number };

const PAGE = 1000;

/** The cells of a lease, whose databases have the run's clock. */
export class Leased {
  #rows: Row[];
  #hidden = new Map<string, number>();
  #later: { at: number; change: () => void }[] = [];
  readonly #cells: string[];
  readonly #batches = new Map<string, { done: BatchDone; names: string[] }>();
  readonly #pages: { cell: string; after: number }[] = [];
  #announced: string[] = [];
  /** What was taken off, and when. */
  readonly unlocked: Unlocked[] = [];

  constructor(rows: Row[]) {
    this.#rows = rows;
    this.#cells = ['c0', 'c1', 'c2', 'c3'];
  }

  get fakes(): Fakes {
    return {
      lookAtLease: async (_input, _claim, { at }) => this.#look(at),
      endLocks: async (input: BatchOf, _claim, { at }) => this.#end(input, at),
      announceEnded: async ({ batch, cell }: BatchOf) => {
        this.#announced.push(...this.#batches.get(`${cell} ${batch}`)!.names);
        return null;
      },
    };
  }

  /** The cell does not answer until that time. */
  hide(cell: string, { until }: { until: number }): void {
    this.#hidden.set(cell, until);
  }

  /** Somebody else changes the rows at that time. */
  later(at: number, change: () => void): void {
    this.#later.push({ at, change });
  }

  set(rows: Row[]): void {
    this.#rows = rows;
  }

  /** Tells of which servers it was told, in that order. */
  announced(): string[] {
    return this.#announced;
  }

  /** Tells behind which rows a cell was asked for a page. */
  pages(cell: string): number[] {
    return this.#pages.filter((page) => page.cell === cell).map(({ after }) => after);
  }

  #look(at: number) {
    this.#change(at);
    const isUnseen = (cell: string): boolean => (this.#hidden.get(cell) ?? 0) > at;
    const ends = this.#cells
      .filter((cell) => !isUnseen(cell))
      .map((cell) => ({ cell, ms: Math.min(...this.#of(cell).map(({ until }) => until - at)) }))
      .filter(({ ms }) => ms !== Infinity);
    const waits = ends.map(({ ms }) => ms).filter((ms) => ms > 0);
    return {
      due: ends.filter(({ ms }) => ms <= 0).map(({ cell }) => cell),
      waitMs: waits.length === 0 ? null : Math.min(...waits),
    };
  }

  #end({ cell, after, batch }: BatchOf, at: number): BatchDone {
    this.#change(at);
    const name = `${cell} ${batch}`;
    const known = this.#batches.get(name);
    if (known) return known.done;
    this.#pages.push({ cell, after });
    const picked = this.#of(cell)
      .filter(({ id, until }) => id > after && until <= at)
      .toSorted((one, other) => one.id - other.id)
      .slice(0, PAGE);
    const ours = picked.filter(({ isOurs }) => isOurs);
    const gone = new Set(picked);
    this.#rows = this.#rows.filter((row) => !gone.has(row));
    for (const { id } of ours) this.unlocked.push({ cell, id, at });
    const last = picked.length < PAGE ? null : picked.at(-1)!.id;
    const done = { changed: ours.length, left: picked.length - ours.length, refused: 0, last };
    this.#batches.set(name, { done, names: ours.map(({ id }) => `${cell} ${id}`) });
    return done;
  }

  #change(at: number): void {
    const now = this.#later.filter((each) => each.at <= at);
    this.#later = this.#later.filter((each) => each.at > at);
    for (const { change } of now) change();
  }

  #of(cell: string): Row[] {
    return this.#rows.filter((row) => row.cell === cell);
  }
}

export const leasedServers = (rows: Row[]): Leased => new Leased(rows);
