import { type BootstrapReport, bootstrapRequestIn } from '../rules/identity/bootstrap/request.ts';
import { ExitCode, RuleError, RunError } from '../rules/errors.ts';

type Identity = { bootstrap: { settle(requestId: string): Promise<BootstrapReport | null> } };

/**
 * How the database is asked what a run has left behind, and under which request: what was done; a RuleError where that is
 * not what was asked for; or null, and then the request is withdrawn.
 */
export type Settling<T> = { requestId: string; ask: () => Promise<T | RuleError | null> };

/** With these errors a command stops waiting, and its run goes on. */
const GOES_ON = new Set(['StillRunning', 'RunWaits']);

/** Gives how a run of bootstrap is asked after; null for another one's id. */
export function settlingOfBootstrap(
  workflowId: string,
  identity: () => Promise<Identity>,
): Settling<BootstrapReport> | null {
  const requestId = bootstrapRequestIn(workflowId);
  return requestId === null
    ? null
    : { requestId, ask: async () => (await identity()).bootstrap.settle(requestId) };
}

/**
 * Asks the database what a run has left behind that ended without a result, or of which Temporal tells nothing. Gives
 * its result if it was applied all the same; else throws `error`, which then says whether anything was changed. A
 * request that was not applied is withdrawn, so that nothing that still works on the run can apply it later; a command
 * that only looks on (`isOwn` false) does that only where the run has ended.
 */
export async function settleRun<T>(
  workflowId: string,
  error: unknown,
  { isOwn, settling }: { isOwn: boolean; settling: Settling<T> | null },
): Promise<T> {
  if (!(error instanceof RuleError) || GOES_ON.has(error.name) || settling === null) throw error;
  if (!isOwn && !(error instanceof RunError)) throw error;
  // What a worker says of itself is encrypted and bound to the run, so that it can be believed.
  if (error instanceof RunError && error.outcome === 'changed') throw error;
  const found = await settled(settling);
  const isTold = error instanceof RunError && error.outcome === 'unchanged';
  if (found === 'unknown') throw isTold ? error : unknown(error, workflowId);
  // Where Temporal only tells nothing, the run may be at it.
  if (found instanceof RuleError) throw error instanceof RunError ? found : unknown(error, workflowId);
  // A worker of that keyward keeps no record of requests, and may still be at work.
  if (found === null && error.name === 'PayloadUnbound') throw unrecorded(error, settling.requestId);
  if (found === null) throw unchanged(error);
  return found;
}

async function settled<T>({ ask }: Settling<T>): Promise<T | RuleError | null | 'unknown'> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RuleError) return 'unknown';
    throw error;
  }
}

function unknown(error: RuleError, workflowId: string): RuleError {
  const { name, message } = error;
  return new RuleError(name, message, {
    cure: `Once the database answers, \`keyward workflow follow ${workflowId}\` tells.`,
    outcome: 'unknown',
  });
}

const unrecorded = ({ name, message }: RuleError, requestId: string): RuleError =>
  new RuleError(name, message, {
    cure: `\`keyward audit list --request-id ${requestId}\` shows what it changed; a repeat of the command does the rest.`,
    outcome: 'unknown',
  });

/** Says so where it was not known whether anything was changed, and is known now. */
function unchanged(error: RuleError): RuleError {
  if (error.exitCode !== ExitCode.notKnown) return error.leaving('unchanged');
  const exitCode = error.name === 'RunEnded' ? ExitCode.refused : ExitCode.unavailable;
  return new RuleError(error.name, error.message, {
    cure: 'Run the command again.',
    exitCode,
    outcome: 'unchanged',
  });
}
