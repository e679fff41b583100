/** How long a database may keep keyward waiting, in milliseconds. */
export type Patience = {
  /** How long a statement waits before it is said what for. */
  silentMs: number;
  /** How long it waits for a lock that somebody else holds. */
  lockMs: number;
  /** How long one statement takes at most, waiting included. */
  statementMs: number;
  /** How long it is asked whether a COMMIT took place whose answer was lost. */
  settleMs: number;
};

const SILENT_MS = 3000;
const IDLE_MS = 60_000;
const LONGEST_SETTLE_MS = 30_000;
/** What a transaction waits for besides is at most this long, so that the lock's own time-out is the one that strikes. */
const BEYOND_A_LOCK_MS = 240_000;

/** What a command allows that waits at most so long for a lock; without a number it is a minute. */
export function patienceFor(lockSeconds = 60): Patience {
  const lockMs = lockSeconds * 1000;
  return {
    silentMs: SILENT_MS,
    lockMs,
    statementMs: lockMs + BEYOND_A_LOCK_MS,
    settleMs: Math.min(lockMs, LONGEST_SETTLE_MS),
  };
}

/** What a reader allows whose answer is of no use after so long: neither a lock nor a statement takes longer. */
export function withinMs(ms: number): Patience {
  return { silentMs: SILENT_MS, lockMs: ms, statementMs: ms, settleMs: Math.min(ms, LONGEST_SETTLE_MS) };
}

/** Shorter than the deadline of a run's step (15 s): the database's own answer arrives, and the step is repeated. */
export const STEP_PATIENCE: Patience = {
  silentMs: SILENT_MS,
  lockMs: 10_000,
  statementMs: 12_000,
  settleMs: 5000,
};

/**
 * Sets the limits for the transaction that it is sent in, and tells which process of the server runs it. Shorter limits
 * of the server, the database or the role are kept. NOTE: as options of the connection, or by a plain SET, they would be
 * refused by PgBouncer or left behind for its other clients; behind it the process is another one in each transaction.
 */
export function limitsStatement({ lockMs, statementMs }: Patience): string {
  const limits = {
    lock_timeout: lockMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: IDLE_MS,
  };
  const settings = Object.entries(limits).map(
    ([name, ms]) =>
      `set_config('${name}', least(nullif(extract(epoch from current_setting('${name}')::interval) * 1000, 0), ${ms})::int::text, true)`,
  );
  return `select pg_backend_pid() as pid, ${settings.join(', ')}`;
}
