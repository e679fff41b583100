import { isDeepStrictEqual } from 'node:util';

/** Begin and end of something on a clock that never goes back; two that overlap may have happened in either order. */
export type Timed = { invokedAt: number; respondedAt: number };

/** Whose lock a server has, with what is kept of it. `request` is the request that put it on, and `lease` ends it. */
export type Lock = { by: 'owner' | 'admin'; reason: string | null; request: string; lease: string | null };

/**
 * One request of one client. `deletion` marks a server as being deleted, and `gone` removes it and notes no action. A lock
 * that is `unlessLocked` leaves every lock as it is; an unlock that is `onlyOf` leaves all but those of this request or lease.
 */
export type Operation = Timed & {
  request: string;
  by: Lock['by'];
  what:
    | { kind: 'lock'; reason: string | null; lease: string | null; unlessLocked?: boolean }
    | { kind: 'unlock'; onlyOf?: string }
    | { kind: 'deletion' | 'gone' };
  /** `done`, `left` or the name of the error that refused it. */
  outcome: string;
};

/** What the tables say of a lock at one moment; `reasons` are all rows that have one. */
export type Rows = {
  isGone: boolean;
  isLocked: boolean;
  lockedBy: string | null;
  reasons: string[];
  /** The row in which keyward keeps its lock. */
  intent: { by: string; reason: string | null; request: string; lease: string | null } | null;
};
/** Requests of Nova's actions in the order of their ids. */
type Actions = { actions: { kind: string; request: string }[] };
export type Read = Timed & Rows & Actions;

/** `final` was read when all operations had ended. */
export type History = { operations: Operation[]; reads: Read[]; final: Read };

type State = { lock: Lock | null; isGone: boolean };
/** A place in the order: so many changes have happened before. */
type Place = { state: State; actions: Actions['actions'] };

const NEW: State = { lock: null, isGone: false };

/**
 * Tells what is wrong with a history of one server's lock; nothing where it is linearizable. The ids of Nova's actions give
 * the order of all changes, since each is noted under the row's lock; a server is gone behind all of them. The order has
 * to be explained by the rule and by the times, and each refusal and each read needs a place in it.
 */
export function faultsOf({ operations, reads, final }: History): string[] {
  const changes = changesOf(operations, final);
  const faults = [...miscounted(operations, final), ...untimely(changes)];
  const places: Place[] = [{ state: NEW, actions: [] }];
  for (const change of changes) {
    const { state, actions } = places.at(-1)!;
    const { outcome, next } = judge(state, change);
    if (outcome !== 'done') faults.push(`${told(change)} was done, where the rule says ${outcome}`);
    const kind = change.what.kind === 'deletion' ? 'delete' : change.what.kind;
    places.push({
      state: next,
      actions: kind === 'gone' ? actions : [...actions, { kind, request: change.request }],
    });
  }
  const still = [
    ...operations
      .filter(({ outcome }) => outcome !== 'done')
      .map((each) => ({ ...each, says: told(each), fits: (place: Place) => isAnswered(place.state, each) })),
    ...reads.map((each) => ({ ...each, says: saw(each), fits: (place: Place) => isSeen(place, each) })),
  ];
  const last = places.at(-1)!;
  if (!isSeen(last, final))
    faults.push(`At the end ${saw(final)}, and the order gives ${JSON.stringify(rowsOf(last.state, final))}`);
  return [...faults, ...unplaced(still, changes, places)];
}

/** Puts what was done into the order of its actions. Of all that removed the server, the first that ended stands behind them. */
function changesOf(operations: Operation[], { actions }: Read): Operation[] {
  const done = operations.filter(({ outcome }) => outcome === 'done');
  const gone = done.filter(({ what }) => what.kind === 'gone');
  const noted = done.filter(({ what }) => what.kind !== 'gone');
  const ordered = actions.flatMap(({ request }) => noted.find((each) => each.request === request) ?? []);
  if (gone.length === 0) return ordered;
  const invokedAt = Math.min(...gone.map((each) => each.invokedAt));
  const respondedAt = Math.min(...gone.map((each) => each.respondedAt));
  return [...ordered, { ...gone[0]!, invokedAt, respondedAt }];
}

/** What is done has one action, and what is not has none. */
function miscounted(operations: Operation[], { actions }: Read): string[] {
  const noted = operations.filter(({ what, outcome }) => outcome === 'done' && what.kind !== 'gone');
  const requests = new Set([...noted, ...actions].map(({ request }) => request));
  return [...requests].flatMap((request) => {
    const wanted = noted.filter((each) => each.request === request).length;
    const found = actions.filter((each) => each.request === request).length;
    return wanted === 1 && found === 1
      ? []
      : [`${request} was done ${wanted} times and has ${found} actions`];
  });
}

/** A change that had ended before another one began comes before it. */
function untimely(changes: Operation[]): string[] {
  return changes.flatMap((change, at) => {
    const early = changes.slice(0, at).find(({ invokedAt }) => invokedAt > change.respondedAt);
    return early ? [`${told(change)} had ended before ${told(early)} began, and is noted behind it`] : [];
  });
}

/** Asks the rule: what comes of an operation, and of the server's lock. */
function judge(state: State, { what, by, request }: Operation): { outcome: string; next: State } {
  const { lock, isGone } = state;
  const stays = (outcome: string) => ({ outcome, next: state });
  const becomes = (next: Partial<State>) => ({ outcome: 'done', next: { ...state, ...next } });
  if (what.kind === 'gone') return becomes({ isGone: true });
  if (what.kind === 'unlock' && !isMeant(state, what.onlyOf)) return stays('left');
  if (isGone) return stays('InstanceNotFound');
  if (what.kind === 'deletion') return stays(lock && by === 'owner' ? 'InstanceLocked' : 'done');
  if (what.kind === 'lock' && what.unlessLocked && lock) return stays('left');
  if (lock?.by === 'admin' && by === 'owner') return stays('AdminLock');
  if (what.kind !== 'lock') return becomes({ lock: null });
  return becomes({ lock: { by, reason: what.reason, request, lease: what.lease } });
}

const isMeant = ({ lock, isGone }: State, onlyOf: string | undefined): boolean =>
  onlyOf === undefined || (!isGone && (lock?.request === onlyOf || lock?.lease === onlyOf));

const isAnswered = (state: State, operation: Operation): boolean =>
  judge(state, operation).outcome === operation.outcome;

const isSeen = ({ state, actions }: Place, read: Read): boolean =>
  actions.length === read.actions.length &&
  isDeepStrictEqual({ ...rowsIn(read), actions: read.actions }, { ...rowsOf(state, read), actions });

const rowsIn = ({ isGone, isLocked, lockedBy, reasons, intent }: Read): Rows => ({
  isGone,
  isLocked,
  lockedBy,
  reasons,
  intent,
});

/** A server that is gone keeps its rows as they were, until keyward forgets what it had put on. */
const rowsOf = ({ lock, isGone }: State, { intent }: Pick<Read, 'intent'>): Rows => ({
  isGone,
  isLocked: lock !== null,
  lockedBy: lock?.by ?? null,
  reasons: lock === null || lock.reason === null ? [] : [lock.reason],
  intent: isGone && intent === null ? null : lock,
});

type Still = Timed & { says: string; fits: (place: Place) => boolean };

/**
 * Gives what finds no place among the changes. It changes nothing, so that the first place that fits is the best one for
 * all that began after it had ended.
 */
function unplaced(still: Still[], changes: Operation[], places: Place[]): string[] {
  const placed: (Timed & { at: number })[] = [];
  const faults: string[] = [];
  for (const each of still.toSorted((one, other) => one.invokedAt - other.invokedAt)) {
    const before = changes.findLastIndex(({ respondedAt }) => respondedAt < each.invokedAt) + 1;
    const behind = changes.findIndex(({ invokedAt }) => invokedAt > each.respondedAt);
    const first = placed.reduce(
      (least, { respondedAt, at }) => (respondedAt < each.invokedAt ? Math.max(least, at) : least),
      before,
    );
    const last = behind === -1 ? changes.length : behind;
    const at = places.findIndex((place, index) => index >= first && index <= last && each.fits(place));
    if (at === -1) faults.push(`${each.says} fits nowhere between the changes ${first} and ${last}`);
    else placed.push({ ...each, at });
  }
  return faults;
}

const told = ({ request, by, what, outcome }: Operation): string =>
  `${request} (${JSON.stringify(what)} by ${by}: ${outcome})`;
const saw = (read: Read): string =>
  `a read saw ${JSON.stringify(rowsIn(read))} behind ${read.actions.length} actions`;
