import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { ExitCode, RuleError, Unavailable } from '../rules/errors.ts';
import type { Requester } from '../rules/requester.ts';
import type { Asked } from '../rules/run-request.ts';
import { taskQueue, type Target } from '../rules/target.ts';
import { revealInput } from './connection.ts';
import type { PatientCalls } from './patient-calls.ts';
import { isDefiniteRefusal, isUnknownRun, reasonOf, wasAnswered } from './errors.ts';

const LOOK_LIMIT_MS = 5000;
const UNDER_WAY = 'RunUnderWay';

/**
 * What happens where a run of the same workflow id is there already. An id that ends with the request's own can only be
 * the same request's: 'join' follows its run. An id that is a lock, as of one server, may be another request's, which is
 * under way: 'refuse' says whose it is.
 */
export type OnConflict = 'join' | 'refuse';

export type RunStart = { workflowId: string; target: Target; input: Asked; onConflict: OnConflict };

/**
 * Starts the run, again and again, since a start is idempotent by its workflow id: until Temporal takes it or refuses
 * it, or the calls' signal is aborted. An error says what is known of the run: "nothing was changed" only where no
 * start can have been taken.
 */
export async function startRun(calls: PatientCalls, start: RunStart): Promise<void> {
  const attempts = new Attempts();
  try {
    await calls.call('to take the run', (client) => attempts.watch(startOnce(client, start)));
  } catch (error) {
    const exists = await isThere(calls, start);
    if (exists === true) return calls.signal.throwIfAborted();
    const isCertain = attempts.wereRefused || (exists === false && attempts.wereAnswered);
    throw isCertain ? notTaken(calls, start, attempts, error) : notKnown(calls, start, attempts, error);
  }
}

/**
 * A finished run keeps its id from the same request made again. An id that is a lock is free again: where a start's answer
 * was lost and its run has ended meanwhile, the request runs twice, and the database refuses to apply it twice.
 */
const POLICIES = {
  join: { workflowIdConflictPolicy: 'USE_EXISTING', workflowIdReusePolicy: 'REJECT_DUPLICATE' },
  refuse: { workflowIdConflictPolicy: 'FAIL', workflowIdReusePolicy: 'ALLOW_DUPLICATE' },
} as const;

async function startOnce(client: Client, start: RunStart): Promise<void> {
  const { workflowId, target, input, onConflict } = start;
  try {
    await client.workflow.start(input.workflow, {
      workflowId,
      taskQueue: taskQueue(target),
      args: [input],
      workflowTaskTimeout: '5s',
      ...POLICIES[onConflict],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    if (onConflict === 'join') return;
    const found = await findRun(client, start);
    if (found.isOwn) return;
    // It has ended since it was in the way.
    if (!found.isOpen) return startOnce(client, start);
    throw underWay(workflowId, found);
  }
}

type Found = { isOwn: boolean; isOpen: boolean; since: Date; requester: Requester | undefined };

/** Looks at the newest run of the id: it is this request's own where a start's answer was lost. */
async function findRun(client: Client, { workflowId, input }: RunStart): Promise<Found> {
  const handle = client.workflow.getHandle(workflowId);
  const { startTime: since, status } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const [asked] = revealInput(client, events) as [Partial<Asked & { requester: Requester }>?];
  const isOwn = asked?.requestId === input.requestId;
  return { isOwn, isOpen: status.name === 'RUNNING', since, requester: asked?.requester };
}

function underWay(workflowId: string, { since, requester }: Found): RuleError {
  const by = requester ? `, started by ${requester.user} on ${requester.host}` : '';
  return new RuleError(UNDER_WAY, `The run ${workflowId} is under way since ${since.toISOString()}${by}.`, {
    cure: `Wait for it (\`keyward workflow follow ${workflowId}\`) or end it (\`keyward workflow cancel ${workflowId}\`), then repeat the command.`,
  });
}

/** Counts what has come of the starts that were sent. */
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
      const isInTheWay = (error as Error).name === UNDER_WAY;
      if (isInTheWay || wasAnswered(error)) this.#unanswered -= 1;
      if (isInTheWay || isDefiniteRefusal(error)) this.#doubtful -= 1;
      throw error;
    }
  }

  /** True if no start is under way, or was when its connection was lost. */
  get wereAnswered(): boolean {
    return this.#unanswered === 0;
  }

  /** True if no start can have been taken. */
  get wereRefused(): boolean {
    return this.#doubtful === 0;
  }
}

/** Tells whether Temporal has this request's run; null where it doesn't say. */
async function isThere(calls: PatientCalls, start: RunStart): Promise<boolean | null> {
  try {
    return await calls.once(LOOK_LIMIT_MS, async (client) => {
      if (start.onConflict === 'refuse') return (await findRun(client, start)).isOwn;
      await client.workflow.getHandle(start.workflowId).describe();
      return true;
    });
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
