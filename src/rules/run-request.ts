import type { Target } from './target.ts';

/** Every request names the database that it is about; its id is a UUID, with which the workflow's id ends. */
export type RunInput = { target: Target; requestId: string };

/**
 * The input as the workflow gets it also says for which type of workflow it was made, and when, by the clock of the
 * command's host (ISO 8601, UTC). Both are encrypted with the rest, so that nobody without the payload key can use it
 * for another workflow, another database or at another time.
 */
export type Asked<T extends RunInput = RunInput> = T & { workflow: string; askedAt: string };

/** Says which step an activity's input was made for; it travels as the second argument. */
export type StepClaim = Pick<Asked, 'workflow' | 'requestId'> & { step: string };

/** An activity gives its result with its claim, so that only the step that it was made for takes it. */
export type ClaimedResult = { claim: StepClaim; result: unknown };

/** Nobody is shown these fields of a request, in whatever workflow's input they are. */
const SECRET_FIELDS = new Set(['password']);

export const isSecret = (field: string): boolean => SECRET_FIELDS.has(field);

/** Whether a claim, which may be forged or missing, is for this very step. */
export const isSameStep = (one: Partial<StepClaim> | undefined, other: StepClaim): one is StepClaim =>
  one?.step === other.step && one.workflow === other.workflow && one.requestId === other.requestId;
