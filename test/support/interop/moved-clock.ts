import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const PRELOAD = pathToFileURL(path.resolve('test/support/interop/moved-clock-preload.ts')).href;

/**
 * A host whose wall clock is wrong, for the Node processes that get its `env`. `moveTo` moves the clock while they run,
 * as a suspend or a step by NTP does: `Date` jumps, and the monotonic clock goes on as if nothing had happened.
 * Native code (PostgreSQL, Temporal's core) and workflows in their sandbox keep the machine's clock.
 */
export class MovedClock {
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'keyward-clock-'));
  readonly env: NodeJS.ProcessEnv;

  constructor(seconds: number) {
    const file = path.join(this.#dir, 'seconds');
    this.env = { NODE_OPTIONS: `--import ${PRELOAD}`, MOVED_CLOCK_FILE: file };
    this.moveTo(seconds);
  }

  /** Sets how many seconds the wall clock is fast (negative: slow), from now on. */
  moveTo(seconds: number): void {
    const draft = path.join(this.#dir, 'draft');
    writeFileSync(draft, String(seconds));
    renameSync(draft, this.env['MOVED_CLOCK_FILE']!);
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true });
  }
}
