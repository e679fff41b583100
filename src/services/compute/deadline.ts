/** However late it is, a database is given so long to answer, in milliseconds. */
const LEAST_MS = 500;

/** Gives the milliseconds since some moment. It is given from outside, since no row may get its time from a process. */
export type Stopwatch = () => number;

/** The end of what several questions one after the other may take together. */
export class Deadline {
  readonly #now: Stopwatch;
  readonly #end: number;

  constructor(ms: number, now: Stopwatch) {
    this.#now = now;
    this.#end = now() + ms;
  }

  isOver = (): boolean => this.#now() >= this.#end;

  /** Gives a part of the time that is left, in whole tenths of a second, since it is told of. */
  share = (part: number): number =>
    Math.max(LEAST_MS, Math.round(((this.#end - this.#now()) * part) / 100) * 100);
}
