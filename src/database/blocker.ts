import { Client, type ClientConfig } from 'pg';

/** A session that another one waits for. What its user may not be told of it is null. */
export type Blocker = {
  pid: number;
  application: string | null;
  user: string | null;
  /** Since when its transaction is open. */
  since: string | null;
  /** How its last statement begins, without values. */
  words: string;
};

type Session = Omit<Blocker, 'words'> & { query: string | null };

const WORDS = 5;
const ANSWER_MS = 5000;
/** Reads the session `$1` and all that stand in its way, the oldest transaction first. */
const SESSIONS = `
  select a.pid, nullif(a.application_name, '') as application, a.usename as "user", left(a.query, 300) as query,
    to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
  from (select pg_blocking_pids($1) as pids) as way, pg_stat_activity a
  where a.pid = $1 or a.pid = any(way.pids) order by a.xact_start nulls last`;

/**
 * Asks, on a connection of its own, whether a process of the server still lives and who keeps it waiting. Throws where
 * the server gives no answer.
 */
export async function lookAt(
  pid: number,
  config: ClientConfig,
): Promise<{ isAlive: boolean; blocker: Blocker | null }> {
  const sessions = await ask(config, async (client) => (await client.query<Session>(SESSIONS, [pid])).rows);
  const [blocker] = sessions.filter((session) => session.pid !== pid);
  if (!blocker) return { isAlive: sessions.length > 0, blocker: null };
  const { query, ...known } = blocker;
  return { isAlive: true, blocker: { ...known, words: firstWords(query ?? '') } };
}

/** Opens a connection for one question. */
export async function ask<T>(config: ClientConfig, question: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...config, query_timeout: ANSWER_MS, connectionTimeoutMillis: ANSWER_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.end().catch(() => {});
  }
}

/** `process 4711 (psql, user postgres), in a transaction since 2026-01-31T10:00:00Z; last statement: lock table …` */
export function nameBlocker({ pid, application, user, since, words }: Blocker): string {
  const who = [application, user && `user ${user}`].filter(Boolean).join(', ');
  const doing = [since && `in a transaction since ${since}`, words && `last statement: ${words} …`];
  const details = doing.filter(Boolean).join('; ');
  return `process ${pid}${who && ` (${who})`}${details && `, ${details}`}`;
}

/** The first words of a statement, up to its first value: values may be secrets. */
function firstWords(query: string): string {
  const words = query.trim().split(/\s+/);
  const end = words.findIndex((word) => !/^[a-z_"][\w".,;]*$/i.test(word));
  return words.slice(0, end < 0 ? WORDS : Math.min(end, WORDS)).join(' ');
}
