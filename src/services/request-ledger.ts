import type { EntityManager } from '@mikro-orm/postgresql';
import { RuleError } from '../rules/errors.ts';
import type { Asked } from '../rules/run-request.ts';

/** How many minutes after it was asked for a request may still be begun, and then be applied. */
const VALID = 60;
/** How many minutes the clock of the host that asks may be ahead of the database's. */
const AHEAD = 5;
/** How long requests are kept: much longer than they are valid, so that a forgotten one is refused by its age. */
const KEPT = '30 days';

/** `accepted`: begun and not applied yet; `withdrawn`: it was not applied, and never will be. */
type State = 'accepted' | 'applied' | 'withdrawn';

/** Forgets what is long over, notes the request unless it is there, and tells how it stands and how old it is. */
const ACCEPT = `
  with old as (select id from keyward.request
      where recorded_at < clock_timestamp() - interval '${KEPT}' and id <> ? for update skip locked),
    forgotten as (delete from keyward.request where id in (select id from old))
  insert into keyward.request as r (id, operation, state) values (?, ?, 'accepted')
  on conflict (id) do update set state = r.state
  returning state, (extract(epoch from clock_timestamp() - ?::timestamptz) / 60)::float8 as minutes,
    to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as now`;

/**
 * Records that a request is begun, and refuses one that is too old by the database's clock or was withdrawn. True: it
 * was applied before, so that its report is all that is left to give. For a transaction, since a refusal records nothing.
 */
export async function acceptRequest(
  em: EntityManager,
  operation: string,
  { requestId, askedAt }: Asked,
): Promise<boolean> {
  const [row] = await em.execute<[{ state: State; minutes: number; now: string }]>(ACCEPT, [
    requestId,
    requestId,
    operation,
    askedAt,
  ]);
  assertTimely(askedAt, row);
  return isApplied(row);
}

/**
 * True: the request was applied before. Refuses one that may not be applied. With `lock`, nobody else can apply or
 * withdraw it until the transaction ends. Of a request that `isBegun` a part was applied already, and the rest may be at
 * any time.
 */
export async function wasApplied(
  em: EntityManager,
  requestId: string,
  { lock = true, isBegun = false } = {},
): Promise<boolean> {
  const [row] = await em.execute<{ state: State }[]>(
    `select case when state = 'accepted' and not ? and recorded_at < clock_timestamp() - interval '${VALID} minutes'
       then 'withdrawn' else state end as state
     from keyward.request where id = ? ${lock ? 'for update' : ''}`,
    [isBegun, requestId],
  );
  return isApplied(row);
}

function isApplied(row: { state: State } | undefined): boolean {
  if (row?.state === 'applied') return true;
  if (row?.state === 'accepted') return false;
  throw new RuleError(
    'RequestWithdrawn',
    row
      ? 'This request was given up, or is too old to be applied.'
      : 'This request is not among those that were begun.',
    { cure: 'Run the command again.', outcome: 'unchanged' },
  );
}

/** Records, with the changes themselves, that the request was applied: it never is again. */
export async function markApplied(em: EntityManager, requestId: string): Promise<void> {
  await em.execute("update keyward.request set state = 'applied' where id = ? and state = 'accepted'", [
    requestId,
  ]);
}

/** Makes sure that the request is not applied from now on; false: it was applied already. */
export async function withdrawRequest(
  em: EntityManager,
  operation: string,
  requestId: string,
): Promise<boolean> {
  const [row] = await em.execute<[{ state: State }]>(
    `insert into keyward.request as r (id, operation, state) values (?, ?, 'withdrawn')
     on conflict (id) do update set state = case r.state when 'applied' then 'applied' else 'withdrawn' end
     returning state`,
    [requestId, operation],
  );
  return row.state === 'withdrawn';
}

function assertTimely(askedAt: string, { minutes, now }: { minutes: number; now: string }): void {
  if (minutes <= VALID && minutes >= -AHEAD) return;
  const late = minutes > VALID;
  throw new RuleError(
    'RequestUntimely',
    `This was asked for at ${askedAt}, and by the database's clock it is ${now} now: ${late ? `a request is valid for ${VALID} minutes` : 'that time is yet to come'}.`,
    {
      cure: 'Run the command again; if it just was, set the clock of this host and that of the database right.',
      outcome: 'unchanged',
    },
  );
}
