import { printable } from './printable.ts';

/** What the SDK tells of a line's run, by the names under which it does: never an input, a result or an error's text. */
const NAMED = { workflow: 'workflowId', run: 'runId', activity: 'activityType', attempt: 'attempt' } as const;

type Entry = { level: string; message: string; meta?: Record<string, unknown> };

/** One line of a worker's log: when, how bad, what, and of which run. */
export function logLine(now: Date, { level, message, meta = {} }: Entry): string {
  const about = Object.entries(NAMED)
    .filter(([, name]) => meta[name] !== undefined)
    .map(([label, name]) => `${label}=${String(meta[name])}`);
  return printable([now.toISOString(), level, message, ...about, ...kindOf(meta['error'])].join(' '));
}

/** The kind alone: the message of a database's error may hold the values of its statement. */
const kindOf = (error: unknown): string[] =>
  error instanceof Error ? [`error=${(error as { type?: string }).type ?? error.name}`] : [];
