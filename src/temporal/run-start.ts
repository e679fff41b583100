import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { ExitCode, RuleError, Unavailable } from '../rules/errors.ts';
import type { Asked } from '../rules/run-request.ts';
import { taskQueue, type Target } from '../rules/target.ts';
import type { PatientCalls } from './patient-calls.ts';
import { isDefiniteRefusal, isUnknownRun, reasonOf, wasAnswered } from './errors.ts';

const LOOK_LIMIT_MS = 5000;

export type RunStart = { workflowId: string; target: Target; input: Asked };

/**
 * Starts the run: again and again, since a start is idempotent by its workflow id, until Temporal takes it, refuses it, or
 * the calls' signal is aborted. The error then says what is known of the run: "nothing was changed" only where no start
 * can have been taken.
 */
export async function startRun(calls: PatientCalls, start: RunStart): Promise<void> {
  const attempts = new Attempts();
  try {
    await calls.call('to take the run', (client) => attempts.watch(startOnce(client, start)));
  } catch (error) {
    const exists = await looksLike(calls, start.workflowId);
    if (exists === true) return calls.signal.throwIfAborted();
    const isCertain = attempts.wereRefused || (exists === false && attempts.wereAnswered);
    throw isCertain ? notTaken(calls, start, attempts, error) : notKnown(calls, start, attempts, error);
  }
}

async function startOnce(client: Client, { workflowId, target, input }: RunStart): Promise<void> {
  try {
    await client.workflow.start(input.workflow, {
      workflowId,
      taskQueue: taskQueue(target),
      args: [input],
      workflowTaskTimeout: '5s',
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    // By an attempt whose answer was lost: nobody else has this id.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** What has come of the starts that were sent. */
class Attempts {
  lastError: unknown = null;
  #unanswered = 0;
  #doubtful = 0;

  async watch(attempt: Promise<void>): Promise<void> {
    this.#unanswered += 1;
    this.#doubtful += 1;
    try {
      await attempt;
    } catch (error) {
      this.lastError = error;
      if (wasAnswered(error)) this.#unanswered -= 1;
      if (isDefiniteRefusal(error)) this.#doubtful -= 1;
      throw error;
    }
  }

  /** None is under way, or was when its connection was lost. */
  get wereAnswered(): boolean {
    return this.#unanswered === 0;
  }

  /** None can have been taken. */
  get wereRefused(): boolean {
    return this.#doubtful === 0;
  }
}

/** Null: Temporal doesn't tell. */
async function looksLike(calls: PatientCalls, workflowId: string): Promise<boolean | null> {
  try {
    await calls.once(LOOK_LIMIT_MS, (client) => client.workflow.getHandle(workflowId).describe());
    return true;
  } catch (error) {
    return isUnknownRun(error) ? false : null;
  }
}

function notTaken(
  calls: PatientCalls,
  { workflowId }: RunStart,
  { lastError }: Attempts,
  error: unknown,
): unknown {
  const told = calls.explain(lastError ?? error);
  if (!(told instanceof RuleError)) return told;
  if (!calls.signal.aborted) return told.leaving('unchanged');
  const message = `Temporal has not taken the run ${workflowId} in time. ${told.message}`;
  return new Unavailable('RunNotTaken', message, told.cure).leaving('unchanged');
}

function notKnown(
  calls: PatientCalls,
  { workflowId }: RunStart,
  { lastError }: Attempts,
  error: unknown,
): unknown {
  const cause = calls.signal.aborted ? lastError : error;
  const told = cause === null ? null : calls.explain(cause);
  if (told !== null && !(told instanceof RuleError)) return told;
  const why = cause === null ? 'it has not answered in time' : reasonOf(cause);
  const cure = `\`keyward workflow follow ${workflowId}\` tells, once Temporal answers.`;
  return new RuleError(
    'StartNotKnown',
    `It is not known whether Temporal has taken the run ${workflowId}: ${why}.`,
    { cure: told ? `${cure} ${told.cure}` : cure, exitCode: ExitCode.notKnown },
  );
}
