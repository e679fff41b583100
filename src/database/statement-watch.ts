import { type Blocker, nameBlocker } from './blocker.ts';

/** So often in a row may the server give no answer at all before it counts as gone. */
const LOOKS_WITHOUT_ANSWER = 2;

export type Watched = {
  /** Looks at what the statement waits for; null where that can't be asked. Throws where the server is silent. */
  look: (() => Promise<{ isAlive: boolean; blocker: Blocker | null }>) | null;
  lookMs: number;
  deadlineMs: number;
  announce: (line: string) => void;
  /** Gives the connection up; the statement then fails. */
  cut: (reason: string) => void;
};

/**
 * Watches one statement. After a while it says what the statement waits for, and again when that is somebody else; it cuts
 * the connection once its other end is gone, which TCP by itself may not notice for hours, or when the deadline is over.
 */
export class StatementWatch {
  readonly #watched: Watched;
  readonly #deadline: NodeJS.Timeout;
  #next: NodeJS.Timeout;
  #hasEnded = false;
  #silences = 0;
  #said = '';
  blocker: Blocker | null = null;

  constructor(watched: Watched) {
    this.#watched = watched;
    const seconds = Math.round(watched.deadlineMs / 1000);
    this.#deadline = setTimeout(() => watched.cut(`no answer within ${seconds} s`), watched.deadlineMs);
    this.#next = setTimeout(() => this.#look(), watched.lookMs);
  }

  end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#next);
  }

  #look(): void {
    if (!this.#watched.look) return;
    this.#watched
      .look()
      .then(
        (seen) => this.#see(seen),
        (error: { code?: string }) => this.#missAnswer(error),
      )
      .finally(() => {
        if (!this.#hasEnded) this.#next = setTimeout(() => this.#look(), this.#watched.lookMs);
      });
  }

  #see({ isAlive, blocker }: { isAlive: boolean; blocker: Blocker | null }): void {
    if (this.#hasEnded) return;
    this.#silences = 0;
    if (!isAlive) return this.#watched.cut('its process of the server is gone');
    this.blocker = blocker ?? this.blocker;
    this.#say(
      blocker
        ? `Waiting for a lock of ${nameBlocker(blocker)}.`
        : 'Waiting for the database to end a statement; no lock is in its way.',
    );
  }

  /** A server that refuses the look (too many connections) lives, and tells so by an SQLSTATE. */
  #missAnswer({ code }: { code?: string }): void {
    if (this.#hasEnded) return;
    if (code !== undefined && /^\d[\dA-Z]{4}$/.test(code)) {
      this.#silences = 0;
      return this.#say(`Waiting for the database; what for can't be seen (${code}).`);
    }
    this.#silences += 1;
    if (this.#silences >= LOOKS_WITHOUT_ANSWER) return this.#watched.cut('the server gives no answer');
    this.#say('Waiting for the database, which gives no answer.');
  }

  #say(line: string): void {
    if (line !== this.#said) this.#watched.announce(line);
    this.#said = line;
  }
}
