import type { Target } from './target.ts';

/** What a command asks of a workflow says which database it is about; the workflow's id ends with the request's, a UUID. */
export type RunInput = { target: Target; requestId: string };

/**
 * The input as the workflow gets it: also for which type of workflow it was made, and when, by the clock of the
 * command's host (ISO 8601, UTC). It is encrypted with the rest, so that nobody without the payload key can use it for
 * another workflow, another database or at another time.
 */
export type Asked<T extends RunInput = RunInput> = T & { workflow: string; askedAt: string };

/** What the input of every activity says about the step that it was made for; it travels as the second argument. */
export type StepClaim = Pick<Asked, 'workflow' | 'requestId'> & { step: string };

/** A result as an activity gives it: only the step that it was made for takes it. */
export type ClaimedResult = { claim: StepClaim; result: unknown };

/** The fields of requests that nobody is shown, in whatever workflow's input they are. */
const SECRET_FIELDS = new Set(['password']);

export const isSecret = (field: string): boolean => SECRET_FIELDS.has(field);

/** Whether a claim, which may be forged or missing, is for this very step. */
export const isSameStep = (one: Partial<StepClaim> | undefined, other: StepClaim): one is StepClaim =>
  one?.step === other.step && one.workflow === other.workflow && one.requestId === other.requestId;
