/** However late it is, a database is given so long to answer, in milliseconds. */
const LEAST_MS = 500;

/** The end of what several questions one after the other may take together. */
export class Deadline {
  readonly #end: number;

  constructor(ms: number) {
    this.#end = performance.now() + ms;
  }

  isOver = (): boolean => performance.now() >= this.#end;

  /** Gives a part of the time that is left, in whole tenths of a second, since it is told of. */
  share = (part: number): number =>
    Math.max(LEAST_MS, Math.round(((this.#end - performance.now()) * part) / 100) * 100);
}
