import { printable } from './printable.ts';

/** These are taken from what the SDK tells of a line's run; an input, a result or an error's text never is. */
const NAMED = { workflow: 'workflowId', run: 'runId', activity: 'activityType', attempt: 'attempt' } as const;

type Entry = { level: string; message: string; meta?: Record<string, unknown> };

/** Writes one line of a worker's log: when, how bad, what, and in which run. */
export function logLine(now: Date, { level, message, meta = {} }: Entry): string {
  const about = Object.entries(NAMED)
    .filter(([, name]) => meta[name] !== undefined)
    .map(([label, name]) => `${label}=${String(meta[name])}`);
  return printable([now.toISOString(), level, message, ...about, ...kindOf(meta['error'])].join(' '));
}

/** Gives only the kind of an error, since a database's message may hold the values of its statement. */
const kindOf = (error: unknown): string[] =>
  error instanceof Error ? [`error=${(error as { type?: string }).type ?? error.name}`] : [];
