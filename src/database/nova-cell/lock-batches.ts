import type { EntityManager } from '@mikro-orm/postgresql';
import type { Caller } from '../../rules/compute/caller.ts';
import type { LockCounts, Locking } from '../../rules/compute/lock-request.ts';
import type { Requester } from '../../rules/requester.ts';
import { hasTable } from '../has-table.ts';
import { type ServerFilter, serverConditions } from './server-pages.ts';

/** Servers of a cell, in the order of their rows' numbers; `last` is the number of the last one, null where there is none. */
export type PickedServers = { uuids: string[]; last: number | null };
type Page = { after: number; size: number };

/** Who has asked for a batch. */
export type AskedBy = { caller: Caller; requester: Requester };
/** What a batch has done; `servers` are those whose locks it has changed. */
export type Batch = Omit<LockCounts, 'changed'> & {
  servers: string[];
  last: number | null;
  locking: Locking;
  askedBy: AskedBy;
};

/** Picks servers that a filter wants. */
export function pickByFilter(em: EntityManager, filter: ServerFilter, page: Page): Promise<PickedServers> {
  const { where, values } = serverConditions(filter);
  return pick(em, `select i.id, i.uuid from instances i where ${where.join(' and ')}`, values, page);
}

/** Picks servers on which a request has put a lock, also deleted ones. */
export const pickByRequest = (em: EntityManager, requestId: string, page: Page): Promise<PickedServers> =>
  pick(em, `${WITH_LOCK} where l.request_id = ?`, [requestId], page);

/** Picks servers whose lock ends with a lease, where it is time by the database's clock; also deleted ones. */
export const pickByLease = (em: EntityManager, leaseId: string, page: Page): Promise<PickedServers> =>
  pick(em, `${WITH_LOCK} where l.lease_id = ? and l.until <= clock_timestamp()`, [leaseId], page);

const WITH_LOCK =
  'select i.id, i.uuid from keyward.server_lock l join instances i on i.uuid = l.instance_uuid';

async function pick(
  em: EntityManager,
  select: string,
  values: unknown[],
  { after, size }: Page,
): Promise<PickedServers> {
  const rows = await em.execute<{ id: number; uuid: string }[]>(
    `${select} and i.id > ? order by i.id limit ?`,
    [...values, after, size],
  );
  return { uuids: rows.map(({ uuid }) => uuid), last: rows.at(-1)?.id ?? null };
}

/** Finds what a batch of a request has done; null where it has not been done. */
export async function findBatch(em: EntityManager, requestId: string, batch: string): Promise<Batch | null> {
  const [row] = await em.execute<Batch[]>(
    `select servers, left_alone as left, refused, last_id as last, locking, asked_by as "askedBy"
     from keyward.lock_batch where request_id = ? and batch = ?`,
    [requestId, batch],
  );
  return row ?? null;
}

/** Keeps what a batch has done, so that a repeated attempt only tells it. */
export async function keepBatch(
  em: EntityManager,
  requestId: string,
  batch: string,
  { servers, left, refused, last, locking, askedBy }: Batch,
): Promise<void> {
  await em.execute(
    `insert into keyward.lock_batch (request_id, batch, servers, left_alone, refused, last_id, locking,
       asked_by, told_at)
     values (?, ?, ?::jsonb, ?, ?, ?, ?::jsonb, ?::jsonb, case when ? then clock_timestamp() end)`,
    [
      requestId,
      batch,
      JSON.stringify(servers),
      left,
      refused,
      last,
      JSON.stringify(locking),
      JSON.stringify(askedBy),
      servers.length === 0,
    ],
  );
}

/** Notes that all of a batch was told of. */
export async function markTold(em: EntityManager, requestId: string, batch: string): Promise<void> {
  await em.execute(
    'update keyward.lock_batch set told_at = clock_timestamp() where request_id = ? and batch = ?',
    [requestId, batch],
  );
}

/** Lists batches that were done some minutes ago and are not told of yet. */
export async function listUntold(em: EntityManager): Promise<{ requestId: string; batch: string }[]> {
  if (!(await hasTable(em, 'keyward.lock_batch'))) return [];
  return em.execute<{ requestId: string; batch: string }[]>(
    `select request_id as "requestId", batch from keyward.lock_batch
     where told_at is null and recorded_at < clock_timestamp() - interval '2 minutes' order by recorded_at limit 100`,
  );
}

/** Adds up what the batches of a request have done. */
export async function countBatches(em: EntityManager, requestId: string): Promise<LockCounts> {
  const [counts] = await em.execute<[LockCounts]>(
    `select coalesce(sum(jsonb_array_length(servers)), 0)::int as changed,
       coalesce(sum(left_alone), 0)::int as left, coalesce(sum(refused), 0)::int as refused
     from keyward.lock_batch where request_id = ?`,
    [requestId],
  );
  return counts;
}

/** Forgets batches that are long over, unless somebody else just does. */
export async function forgetBatches(em: EntityManager): Promise<void> {
  await em.execute(
    `with old as (select request_id, batch from keyward.lock_batch
       where recorded_at < clock_timestamp() - interval '30 days' for update skip locked)
     delete from keyward.lock_batch where (request_id, batch) in (select request_id, batch from old)`,
  );
}
