import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from '../../rules/compute/server.ts';
import { RuleError, UsageError } from '../../rules/errors.ts';
import type { ComputeDriver } from './driver.ts';

/** How one of the driver's methods behaves: it takes that long, and then fails with that message if there is one. */
export type FakeStep = { delayMs?: number; fail?: string };
export type FakeBehaviour = Partial<Record<(typeof STEPS)[number], FakeStep>>;

const STEPS = ['spawn', 'destroy', 'list'] as const;

/** A process that is given this variable, for a test, has a FakeDriver that behaves so. */
export const FAKE_COMPUTE = 'KEYWARD_FAKE_COMPUTE';

/** Lays nothing down, for tests: servers are names in memory, and each method can be slow or fail. */
export class FakeDriver implements ComputeDriver {
  readonly name = 'fake';
  /** How often each method was called; a test may change how the next calls behave. */
  readonly calls = { spawn: 0, destroy: 0, list: 0 };
  behaviour: FakeBehaviour;
  readonly #servers = new Map<string, Server>();

  constructor(behaviour: FakeBehaviour = {}) {
    this.behaviour = behaviour;
  }

  /** The servers as they were at their last spawn. */
  get servers(): Server[] {
    return [...this.#servers.values()];
  }

  async spawn(server: Server): Promise<void> {
    await this.#behave('spawn');
    this.#servers.set(server.uuid, server);
  }

  async destroy(uuid: string): Promise<void> {
    await this.#behave('destroy');
    this.#servers.delete(uuid);
  }

  async list(): Promise<string[]> {
    await this.#behave('list');
    return [...this.#servers.keys()];
  }

  async #behave(step: (typeof STEPS)[number]): Promise<void> {
    this.calls[step] += 1;
    const { delayMs, fail } = this.behaviour[step] ?? {};
    if (delayMs !== undefined) await pause(delayMs);
    if (fail !== undefined)
      throw new RuleError('FakeFailure', fail, { cure: `Take \`fail\` off in ${FAKE_COMPUTE}.` });
  }
}

/** Reads the JSON that a test puts into KEYWARD_FAKE_COMPUTE; throws a UsageError for anything that is not known. */
export function parseFakeBehaviour(text: string): FakeBehaviour {
  const behaviour = objectIn(parsed(text), STEPS, 'it');
  for (const [step, value] of Object.entries(behaviour)) {
    const { delayMs, fail } = objectIn(value, ['delayMs', 'fail'], step);
    if (delayMs !== undefined && !(Number.isSafeInteger(delayMs) && (delayMs as number) >= 0))
      throw invalid(`${step}.delayMs is no number of milliseconds`);
    if (fail !== undefined && (typeof fail !== 'string' || fail === ''))
      throw invalid(`${step}.fail is no message`);
  }
  return behaviour as FakeBehaviour;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is no JSON');
  }
}

function objectIn(value: unknown, known: readonly string[], what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${what} is no object`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(`${what} has ${JSON.stringify(unknown)}, which is not known`);
  return value as Record<string, unknown>;
}

const invalid = (why: string): UsageError =>
  new UsageError(
    `${FAKE_COMPUTE} can't be used: ${why}.`,
    `Give it as in ${FAKE_COMPUTE}='{"spawn": {"delayMs": 100, "fail": "a message"}}', or not at all.`,
  );
