import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { LockedBy, LockKind } from '../../../../src/rules/compute/instance-lock.ts';

/** A lock or an unlock by the server's owner or by an admin; only a lock can have a reason. */
export type LockOp = { kind: LockKind; as: LockedBy; reason: string | null };
/** The rows of a server's lock; several reasons are there where two have inserted one each. */
export type LockRows = { locked: boolean; lockedBy: LockedBy | null; reasons: string[] };
/** Whose action is the newest one: keyward's, Nova's, or one from before the round. */
export type Newest = 'ours' | 'theirs' | 'before';
/** What came of two changes at the same time: `done` is false where keyward refused its own, `status` is Nova's answer. */
export type End = { rows: LockRows; newest: Newest; done: boolean; status: number };
/**
 * A server whose lock keyward changed; `before` is the lock that keyward had put on, null for none, and `theirs` what Nova's
 * API was asked for at the same time, if that was about a lock.
 */
export type Ended = { id: string; before: LockOp | null; ours: LockOp; theirs?: LockOp; end: End };
export type Round = Ended & { theirs: LockOp };

const HEADING = "## Racing with Nova's API";
const UNLOCKED: LockRows = { locked: false, lockedBy: null, reasons: [] };

/** The outcomes that docs/locks.md has a row for. */
export function documentedOutcomes(): string[] {
  const [, section] = readFileSync('docs/locks.md', 'utf8').split(`\n${HEADING}\n`);
  if (section === undefined) throw new Error(`docs/locks.md has no '${HEADING}'`);
  const [head, , ...rows] = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  if (head?.join() !== 'Outcome,When,What shows it,What mends it' || rows.some((row) => row.includes('')))
    throw new Error(`'${HEADING}' has no table of outcomes`);
  return rows.map(([outcome]) => outcome!);
}

export const rowsOf = (op: LockOp | null): LockRows =>
  op === null || op.kind === 'unlock'
    ? UNLOCKED
    : { locked: true, lockedBy: op.as, reasons: op.reason === null ? [] : [op.reason] };

/** Names what was lost; an empty list: what came of both is what comes of one after the other. */
export function lossesOf(round: Round): string[] {
  const { ours, end } = round;
  if (inTurn(round).some((turn) => isDeepStrictEqual(turn, end))) return [];
  const { rows, newest, status } = end;
  const isUntouched = isDeepStrictEqual(rows, rowsOf(ours));
  const lost = Object.entries({
    'server error': status === 500 && isUntouched,
    'reason twice': rows.reasons.length > 1,
    'reason left behind': !rows.locked && rows.reasons.length > 0,
    ...(newest === 'ours' ? lostOfOurs(round) : status === 202 ? lostToTheirs(round) : {}),
  });
  const names = lost.filter(([, isSo]) => isSo).map(([name]) => name);
  return names.length > 0 ? names : ['something else'];
}

/** Nova has saved over keyward's change, although its action is the older one. */
const lostOfOurs = ({ ours, end: { rows } }: Round): Record<string, boolean> =>
  ours.kind === 'unlock'
    ? { 'unlock lost': rows.locked }
    : {
        'lock lost': !rows.locked,
        'role lost': rows.locked && rows.lockedBy !== ours.as,
        'reason lost': rows.locked && (rows.reasons.at(-1) ?? null) !== ours.reason,
      };

/** Nova has done, as the last one, what it would have refused or left alone if it had seen keyward's lock. */
const lostToTheirs = ({ ours, theirs, end: { rows } }: Round): Record<string, boolean> => ({
  'lock taken over': theirs.kind === 'lock' && theirs.as === 'owner' && rows.lockedBy === 'owner',
  'lock undone': theirs.kind === 'unlock' && theirs.as === 'owner' && ours.as === 'admin' && !rows.locked,
});

/** What comes of both if keyward is first, and if Nova is. */
function inTurn({ before, ours, theirs }: Round): End[] {
  const start = rowsOf(before);
  const [first, then] = [byKeyward(start, ours), byNova(start, theirs)];
  const [thenTheirs, thenOurs] = [byNova(first.rows, theirs), byKeyward(then.rows, ours)];
  const newestOf = (...noted: [Newest, boolean][]): Newest =>
    noted.find(([, isNoted]) => isNoted)?.[0] ?? 'before';
  return [
    {
      rows: thenTheirs.rows,
      newest: newestOf(['theirs', thenTheirs.isNoted], ['ours', first.done]),
      done: first.done,
      status: thenTheirs.status,
    },
    {
      rows: thenOurs.rows,
      newest: newestOf(['ours', thenOurs.done], ['theirs', then.isNoted]),
      done: thenOurs.done,
      status: then.status,
    },
  ];
}

const isForbidden = ({ lockedBy }: LockRows, { as }: LockOp): boolean =>
  lockedBy === 'admin' && as === 'owner';

/** What keyward does while nobody else does anything. */
const byKeyward = (rows: LockRows, op: LockOp): { rows: LockRows; done: boolean } =>
  isForbidden(rows, op) ? { rows, done: false } : { rows: rowsOf(op), done: true };

/** What Nova does while nobody else does anything. NOTE: nova/compute/api.py, lock and unlock. */
function byNova(rows: LockRows, op: LockOp): { rows: LockRows; isNoted: boolean; status: number } {
  if (op.kind === 'unlock' && isForbidden(rows, op)) return { rows, isNoted: false, status: 403 };
  if (op.kind === 'lock' && op.as === 'owner' && rows.locked) return { rows, isNoted: false, status: 202 };
  const reason = op.reason ?? rows.reasons[0] ?? null;
  return { rows: rowsOf({ ...op, reason }), isNoted: true, status: 202 };
}

/** What `server lock list` must say of the server then; undefined where it must not list it at all. */
export function driftExpected({ before, ours, theirs, end }: Ended): string | null | undefined {
  const { rows, newest, done } = end;
  const kept = done ? (ours.kind === 'lock' ? ours : null) : before;
  if (kept === null) {
    const last = { ours, theirs, before: null }[newest];
    return rows.locked ? (last?.kind === 'unlock' ? 'unlock lost' : null) : undefined;
  }
  if (newest !== (done ? 'ours' : 'before')) return 'changed since';
  if (!rows.locked) return 'lock lost';
  if ((rows.reasons.at(-1) ?? null) !== kept.reason) return 'reason lost';
  return rows.lockedBy === kept.as ? null : 'role lost';
}
