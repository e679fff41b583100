import { setTimeout as after } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Client, ClientConfig } from 'pg';
import { ask } from './blocker.ts';

/** What a transaction that has written will be known by. */
export type Receipt = { xid: string; requestId: string | null; isAudited: boolean };

const POLL_MS = 200;
/** "transaction ID … is in the future": the server that answers has never heard of it. */
const UNKNOWN_XID = '22023';
const OWN_AUDIT = 'from keyward.audit where request_id = $1 and xmin = $2::xid';
/** The server has not noticed yet that nobody is at the other end, and that no COMMIT will come. */
const END_ABANDONED = `select pg_terminate_backend(pid) from pg_stat_activity
  where backend_xid = $1::xid and usename = current_user and state like 'idle in transaction%'`;

/** The transaction's receipt, before it is committed; null if it has written nothing. */
export async function receiptOf(em: EntityManager, requestId: string | null): Promise<Receipt | null> {
  const [row] = await em.execute<[{ xid: string | null }]>(
    'select pg_current_xact_id_if_assigned()::text as xid',
  );
  if (row.xid === null) return null;
  const isAudited = requestId !== null && (await hasAudited(em, requestId, row.xid));
  return { xid: row.xid, requestId, isAudited };
}

async function hasAudited(em: EntityManager, requestId: string, xid: string): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `select ${OWN_AUDIT.replace('$1', '?').replace('$2', '?')} limit 1`,
    [requestId, short(xid)],
  );
  return rows.length > 0;
}

/**
 * Whether a COMMIT whose answer was lost took place. Asks on connections of its own, for as long as `patienceMs`, until
 * somebody knows. After a failover another server may have given the number to somebody else's transaction: then the
 * row that this one wrote to the audit is missing there.
 */
export async function settleCommit(
  receipt: Receipt,
  config: ClientConfig,
  patienceMs: number,
): Promise<'committed' | 'aborted' | 'unknown'> {
  const over = AbortSignal.timeout(patienceMs);
  for (;;) {
    const answer = await ask(config, (client) => answerOf(client, receipt)).catch(
      (error: { code?: string }) => (error.code === UNKNOWN_XID ? 'aborted' : null),
    );
    if (answer) return answer;
    if (over.aborted) return 'unknown';
    await after(POLL_MS);
  }
}

/** Null: not yet known. */
async function answerOf(client: Client, receipt: Receipt): Promise<'committed' | 'aborted' | null> {
  const { rows } = await client.query<{ status: string | null }>(
    'select case when not pg_is_in_recovery() then pg_xact_status($1::xid8) end as status',
    [receipt.xid],
  );
  const status = rows[0]!.status;
  if (status === 'aborted') return 'aborted';
  if (status === 'in progress') await client.query(END_ABANDONED, [short(receipt.xid)]);
  if (status !== 'committed') return null;
  if (!receipt.isAudited) return 'committed';
  const own = await client.query(`select ${OWN_AUDIT}`, [receipt.requestId, short(receipt.xid)]);
  return own.rows.length > 0 ? 'committed' : 'aborted';
}

/** Rows and sessions have a transaction's number without its epoch. */
const short = (xid: string): string => String(BigInt.asUintN(32, BigInt(xid)));
