import { Transient } from '../../../src/rules/errors.ts';
import type { Attempt, Fakes } from './simulated-step.ts';

type Fake = Fakes[string];

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** Simulated runs may last so long. */
export const PATIENCE_MS = 24 * HOUR;

const nothing: Fake = async () => null;

export const stepsOf = (attempts: Attempt[]): string[] => attempts.map(({ step }) => step);
export const attemptsAt = (attempts: Attempt[], step: string): Attempt[] =>
  attempts.filter((each) => each.step === step);
export const timesOf = (attempts: Attempt[], step: string): number[] =>
  attemptsAt(attempts, step).map(({ at }) => at);

export const broken = async (): Promise<never> => {
  throw new Transient('DatabaseDown', 'The database is down.', 'Start it.');
};

/** Fails until that time of the run, and does its work from then on. */
export const downUntil =
  (end: number, then: Fake = nothing): Fake =>
  async (...given) =>
    given[2].at < end ? broken() : then(...given);

/** Notes what the step is given at its first attempts. */
export const noting =
  // oxlint-disable-next-line typescript/no-explicit-any -- inputs are each activity's own
  (given: object[], pick: (input: any) => object, then: Fake = nothing): Fake =>
    async (input, claim, attempt) => {
      if (attempt.attempt === 1) given.push(pick(input));
      return then(input, claim, attempt);
    };

/** Asks the run to stop while the step is under way. */
export const cancelling =
  (then: Fake): Fake =>
  async (...given) => {
    await given[2].cancel();
    return then(...given);
  };
