import type { Client } from '@temporalio/client';
import type { RunEvent } from '../rules/run-event.ts';
import { revealPayloads } from './connection.ts';

/** A worker looks what its database waits for after three seconds. */
const LOOK_AFTER_MS = 4000;
const WAITING = /^Waiting for (.+)\.$/s;

/**
 * Tells whether a line says what a step waits for: a worker keeps those as the step's heartbeat at Temporal, where
 * whoever follows the run finds them.
 */
export const isWait = (line: string): boolean => WAITING.test(line);

/** Tells what a step of a run waits for, while it lasts. It only looks: what it can't see is not told. */
export class StepWatch {
  readonly #client: () => Promise<Client>;
  readonly #workflowId: string;
  readonly #tell: (what: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(
    client: () => Promise<Client>,
    workflowId: string,
    tell: (what: string) => void,
    over: AbortSignal,
  ) {
    this.#client = client;
    this.#workflowId = workflowId;
    this.#tell = tell;
    over.addEventListener('abort', () => {
      for (const step of this.#timers.keys()) this.#forget(step);
    });
  }

  onEvent = (event: RunEvent): void => {
    if (event.kind === 'task-scheduled' && event.task !== 'workflow') this.#lookSoon(event.task);
    if (event.kind === 'task-over') this.#forget(event.task);
  };

  #lookSoon(step: string): void {
    this.#timers.set(step, setTimeout(() => void this.#look(step), LOOK_AFTER_MS).unref());
  }

  #forget(step: string): void {
    clearTimeout(this.#timers.get(step));
    this.#timers.delete(step);
  }

  async #look(step: string): Promise<void> {
    const line = await this.#lineOf(step).catch(() => null);
    if (!this.#timers.has(step)) return;
    const [, what] = WAITING.exec(line ?? '') ?? [];
    if (what) this.#tell(what);
    this.#lookSoon(step);
  }

  async #lineOf(step: string): Promise<string | null> {
    const client = await this.#client();
    const { raw } = await client.workflow.getHandle(this.#workflowId).describe();
    const pending = raw.pendingActivities?.find(({ activityId }) => activityId === step);
    const [line] = revealPayloads(client, pending?.heartbeatDetails?.payloads ?? []);
    return typeof line === 'string' ? line : null;
  }
}
