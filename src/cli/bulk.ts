import { ExitCode, RuleError } from '../rules/errors.ts';

/** What is done to several things of a kind; `done` is a participle, as in "2 of 3 roles could not be deleted". */
export type BulkTask = { kind: string; done: string; names: string[] };
type Failure = { name: string; error: Error };

/**
 * Does the work for each name in turn. A refusal concerns one of them only; whatever else goes wrong ends it. `tell` gets
 * each failure as it comes. Unless all are done, a RuleError at the end accounts for all; its exit code is that of the
 * last failure, which is the worst, and its outcome is 'changed' unless it is known that nothing was. The error of a
 * single name is thrown as it is.
 */
export async function doEach(
  task: BulkTask,
  work: (name: string) => Promise<void>,
  tell: (name: string, error: Error) => void,
): Promise<void> {
  if (task.names.length === 1) return work(task.names[0]!);
  const finished: string[] = [];
  const failures: Failure[] = [];
  for (const name of task.names) {
    try {
      await work(name);
      finished.push(name);
    } catch (caught) {
      const error = caught as Error;
      failures.push({ name, error });
      tell(name, error);
      if (exitCodeOf(error) !== ExitCode.refused) break;
    }
  }
  if (failures.length > 0) throw accountOf(task, finished, failures);
}

function accountOf({ kind, done, names }: BulkTask, finished: string[], failures: Failure[]): RuleError {
  const unknown = failures.filter(({ error }) => isUnknown(error)).map(({ name }) => name);
  const untried = names.slice(finished.length + failures.length);
  const failed = failures.length - unknown.length;
  const sentences = [
    failed > 0 && `${failed} of ${names.length} ${kind}s could not be ${done}.`,
    unknown.length > 0 && `It is not known whether this one was ${done}: ${unknown.join(', ')}.`,
    untried.length > 0 && `Not tried: ${untried.join(', ')}.`,
    finished.length > 0 && `These were ${done}: ${finished.join(', ')}.`,
  ];
  return new RuleError('SomeFailed', sentences.filter(Boolean).join(' '), {
    cure: '',
    exitCode: exitCodeOf(failures.at(-1)!.error),
    outcome: finished.length > 0 || unknown.length > 0 ? 'changed' : 'unchanged',
  });
}

const exitCodeOf = (error: Error): number => (error instanceof RuleError ? error.exitCode : ExitCode.bug);

/** A bug may have struck before or after the change. */
const isUnknown = (error: Error): boolean => !(error instanceof RuleError) || error.outcome === 'unknown';
