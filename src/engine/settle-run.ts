import { type BootstrapReport, bootstrapRequestIn } from '../rules/identity/bootstrap/request.ts';
import { ExitCode, RuleError, RunError } from '../rules/errors.ts';

type Identity = { bootstrap: { settle(requestId: string): Promise<BootstrapReport | null> } };

/** With these errors a command stops waiting, and its run goes on. */
const GOES_ON = new Set(['StillRunning', 'RunWaits']);

/**
 * Asks the database what a run has left behind that ended without a result, or of which Temporal tells nothing. Gives
 * its report if it was applied all the same; else throws `error`, which then says whether anything was changed. A
 * request that was not applied is withdrawn, so that nothing that still works on the run can apply it later; a command
 * that only looks on (`isOwn` false) does that only where the run has ended.
 */
export async function settleRun(
  workflowId: string,
  error: unknown,
  { isOwn, identity }: { isOwn: boolean; identity: () => Promise<Identity> },
): Promise<BootstrapReport> {
  const requestId = bootstrapRequestIn(workflowId);
  if (!(error instanceof RuleError) || GOES_ON.has(error.name) || requestId === null) throw error;
  if (!isOwn && !(error instanceof RunError)) throw error;
  const report = await settled(requestId, identity);
  // What a worker says of itself is encrypted and bound to the run, so that it can be believed.
  const isTold = error instanceof RunError && error.outcome === 'unchanged';
  if (report === 'unknown') throw isTold ? error : unknown(error, workflowId);
  // A worker of that keyward keeps no record of requests, and may still be at work.
  if (report === null && error.name === 'PayloadUnbound') throw unrecorded(error, requestId);
  if (report === null) throw unchanged(error);
  return report;
}

async function settled(
  requestId: string,
  identity: () => Promise<Identity>,
): Promise<BootstrapReport | null | 'unknown'> {
  try {
    return await (await identity()).bootstrap.settle(requestId);
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
