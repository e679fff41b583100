import type { LogEntry } from '@temporalio/worker';
import { printable } from '../rules/printable.ts';

/** What the SDK tells of a line's run, by the names under which it does: never an input, a result or an error's text. */
const NAMED = { workflow: 'workflowId', run: 'runId', activity: 'activityType', attempt: 'attempt' } as const;

/** One line of a worker's log: when, how bad, what, and of which run. */
export function logLine({ level, message, meta = {} }: Omit<LogEntry, 'timestampNanos'>): string {
  const about = Object.entries(NAMED)
    .filter(([, name]) => meta[name] !== undefined)
    .map(([label, name]) => `${label}=${String(meta[name])}`);
  return printable([new Date().toISOString(), level, message, ...about, ...kindOf(meta['error'])].join(' '));
}

/** The kind alone: the message of a database's error may hold the values of its statement. */
const kindOf = (error: unknown): string[] =>
  error instanceof Error ? [`error=${(error as { type?: string }).type ?? error.name}`] : [];
