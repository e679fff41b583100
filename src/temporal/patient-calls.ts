import type { Client } from '@temporalio/client';
import type { OnRunEvent } from '../rules/run-event.ts';
import { isPassing, reasonOf, statusOf, wasAnswered } from './errors.ts';

const TELL_AFTER_MS = 3000;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [200, 5000];
/** The server itself ends a long poll that has nothing to tell after 20 s. */
const LONG_POLL_MS = 30_000;

/** The way to Temporal; the engine implements it. */
export type TemporalDoor = {
  /** Gives a client on a Temporal that answers; ours is started again if it has died. */
  client(options?: { afresh: boolean }): Promise<Client>;
  /** Puts an error of Temporal's into an operator's words; any other one stays as it is. */
  explain(error: unknown): unknown;
};

type CallOptions = { isLongPoll?: boolean };

/**
 * Calls Temporal until it takes the call: what may pass is repeated, with pauses that grow and are never the same for two
 * commands, and what is waited for is told after 3 s, once for each cause. Ends with the signal's reason.
 */
export class PatientCalls {
  readonly signal: AbortSignal;
  readonly #door: TemporalDoor;
  readonly #onEvent: OnRunEvent;
  readonly #told: Set<string>;

  constructor(door: TemporalDoor, onEvent: OnRunEvent, signal: AbortSignal, told = new Set<string>()) {
    this.#door = door;
    this.#onEvent = onEvent;
    this.signal = signal;
    this.#told = told;
  }

  /** Gives the same calls, which another signal ends too. */
  until(signal: AbortSignal): PatientCalls {
    return new PatientCalls(this.#door, this.#onEvent, AbortSignal.any([this.signal, signal]), this.#told);
  }

  /** Tells that something is waited for; once for each `cause`, since the words of one may differ from call to call. */
  tell = (what: string, cause = what): void => {
    if (this.signal.aborted || this.#told.has(cause)) return;
    this.#told.add(cause);
    this.#onEvent({ kind: 'waiting', what });
  };

  /** `purpose` completes the sentence "waiting for Temporal ...". */
  async call<T>(
    purpose: string,
    work: (client: Client) => Promise<T>,
    { isLongPoll = false }: CallOptions = {},
  ): Promise<T> {
    const wait = new Wait(purpose, this.tell, isLongPoll ? LONG_POLL_MS : TELL_AFTER_MS);
    try {
      return await this.#repeat(work, wait);
    } finally {
      wait.end();
    }
  }

  explain = (error: unknown): unknown => this.#door.explain(error);

  /** Makes one call, within `limitMs`, also when the signal has been aborted. */
  once<T>(limitMs: number, work: (client: Client) => Promise<T>): Promise<T> {
    return before(AbortSignal.timeout(limitMs), async () => work(await this.#door.client()));
  }

  async #repeat<T>(work: (client: Client) => Promise<T>, wait: Wait): Promise<T> {
    let afresh = false;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await before(this.signal, async () => work(await this.#door.client({ afresh })));
      } catch (error) {
        if (this.signal.aborted || !isPassing(error)) throw error;
        wait.failed(error);
        afresh = !wasAnswered(error);
      }
      await rest(pause * (0.5 + Math.random()), this.signal);
      this.signal.throwIfAborted();
    }
  }
}

/** Tells what one call waits for, once it has been in trouble for long enough. */
class Wait {
  readonly #purpose: string;
  readonly #tell: PatientCalls['tell'];
  #timer: NodeJS.Timeout | undefined;
  #error: unknown = null;
  #isLong = false;

  constructor(purpose: string, tell: PatientCalls['tell'], answersWithinMs: number) {
    this.#purpose = purpose;
    this.#tell = tell;
    this.#arm(answersWithinMs);
  }

  failed(error: unknown): void {
    const isFirst = this.#error === null;
    this.#error = error;
    if (this.#isLong) this.#say();
    else if (isFirst) this.#arm(TELL_AFTER_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isLong = true;
      this.#say();
    }, ms).unref();
  }

  #say(): void {
    const what = `Temporal ${this.#purpose}`;
    if (this.#error === null) this.#tell(what);
    else this.#tell(`${what} (${reasonOf(this.#error)})`, `${what} ${statusOf(this.#error)}`);
  }
}

/** Pauses, and ends early where the signal is aborted. The timer is the global one, which tests can move on. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** Gives the work's result, or the signal's reason if that is aborted first. */
async function before<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
