import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/home/cli.ts';
import {
  documentedOutcomes,
  driftExpected,
  type Ended,
  type LockOp,
  type LockRows,
  lossesOf,
  type Round,
  rowsOf,
} from '../support/interop/nova/lock-outcomes.ts';
import { LockRace, type Order } from '../support/interop/nova/lock-race.ts';
import { NovaOnHome } from '../support/interop/nova/nova-on-home.ts';
import { numbersOf } from '../support/random.ts';

/** A round's seed repeats its choices: KEYWARD_SEED is the first, KEYWARD_ROUNDS how many. */
const FIRST = Number(process.env['KEYWARD_SEED'] ?? 20_261_201);
const ROUNDS = Number(process.env['KEYWARD_ROUNDS'] ?? 48);
/** Nova answers a lock within about this time. */
const SPREAD_MS = 40;

const lock = (as: LockOp['as'], reason: string | null): LockOp => ({ kind: 'lock', as, reason });
const unlock = (as: LockOp['as']): LockOp => ({ kind: 'unlock', as, reason: null });

const locksOf = (as: LockOp['as'], reason: string): LockOp[] => [lock(as, null), lock(as, reason)];
const unlocks = [unlock('owner'), unlock('admin')];
const OURS = [lock('owner', 'ours'), ...locksOf('admin', 'ours'), ...unlocks];
const THEIRS = [...locksOf('owner', 'theirs'), ...locksOf('admin', 'theirs'), ...unlocks];
const BEFORE = [null, ...locksOf('owner', 'old'), ...locksOf('admin', 'old')];
const ORDERS: Order[] = ['lock-note', 'lock-save', 'in-save'];

/** Each outcome, in an order that always brings it about: what was there, what keyward does, and what Nova does. */
const FORCED: [outcome: string, Order, before: LockOp | null, ours: LockOp, theirs: LockOp][] = [
  ['lock lost', 'lock-save', lock('owner', 'old'), lock('admin', 'ours'), unlock('owner')],
  ['role lost', 'lock-save', null, lock('admin', 'ours'), lock('owner', null)],
  ['reason lost', 'lock-save', null, lock('admin', 'ours'), lock('admin', 'theirs')],
  ['unlock lost', 'lock-save', lock('admin', 'old'), unlock('admin'), lock('admin', 'theirs')],
  ['lock undone', 'lock-note', lock('owner', 'old'), lock('admin', 'ours'), unlock('owner')],
  ['lock taken over', 'lock-note', null, lock('admin', 'ours'), lock('owner', 'theirs')],
  ['reason left behind', 'lock-note', lock('admin', null), lock('admin', 'ours'), unlock('admin')],
  ['reason twice', 'in-save', lock('admin', null), lock('admin', 'ours'), lock('admin', 'theirs')],
  ['server error', 'in-save', lock('admin', 'old'), unlock('admin'), lock('admin', 'theirs')],
];

/** Runs the round that brings an outcome about. */
function force(outcome: string): Promise<Round> {
  const [, order, before, ours, theirs] = FORCED.find(([name]) => name === outcome)!;
  return race.run({ order, before, ours, theirs });
}

let on: NovaOnHome;
let race: LockRace;
/** All rounds so far; a rebuild is one too. */
const rounds: Ended[] = [];
const known = documentedOutcomes();

beforeAll(async () => {
  on = await NovaOnHome.start();
  race = new LockRace(on);
});
afterAll(() => on?.close());

describe("keyward changes a lock after Nova's API has read it:", () => {
  it.each(FORCED)('%s', async (outcome) => {
    const round = await force(outcome);
    rounds.push(round);
    expect({ ...round.end, losses: lossesOf(round) }).toMatchObject({ losses: [outcome] });
  });

  it('these are the outcomes that docs/locks.md tells of', () => {
    expect(known).toEqual(FORCED.map(([outcome]) => outcome));
  });
});

describe("keyward changes a lock while Nova's API accepts a rebuild:", () => {
  it.each<[string, Pick<Round, 'before' | 'ours'>, LockRows['reasons']]>([
    ['reason lost', { before: null, ours: lock('admin', 'ours') }, []],
    ['reason lost', { before: lock('admin', 'old'), ours: lock('admin', 'ours') }, ['old']],
    ['reason left behind', { before: lock('admin', 'old'), ours: unlock('admin') }, ['old']],
  ])('%s %#', async (outcome, { before, ours }, reasons) => {
    const id = await on.project.boot();
    await on.project.settled(id);
    if (before) await race.lock(id, before);
    const gate = await on.project.stopAt('image-metadata');
    const rebuild = { rebuild: { imageRef: on.project.images.img2 } };
    const rebuilt = on.project.admin.call('POST', `/servers/${id}/action`, rebuild);
    await until(async () => (await gate.count()) === 1);
    const { done } = await race.lock(id, ours);
    await gate.release();
    expect(await rebuilt).toMatchObject({ status: 202 });
    expect(await on.project.settled(id)).toMatchObject({ status: 'ACTIVE' });
    const rows = { ...rowsOf(ours), reasons };
    expect(await race.rows(id)).toEqual(rows);
    expect(known).toContain(outcome);
    rounds.push({ id, before, ours, end: { rows, newest: 'ours', done, status: 202 } });
  });
});

it(`${ROUNDS} rounds from seed ${FIRST}, most of them in no order, have no other outcomes`, async () => {
  const found: object[] = [];
  for (let seed = FIRST; seed < FIRST + ROUNDS; seed += 1) {
    const next = numbersOf(seed);
    const pick = <T>(from: T[]): T => from[next(from.length)]!;
    const order = next(3) === 0 ? pick(ORDERS) : next(SPREAD_MS);
    const plan = { before: pick(BEFORE), ours: pick(OURS), theirs: pick(THEIRS), order };
    const round = await race.run(plan);
    rounds.push(round);
    const losses = lossesOf(round);
    if (losses.some((loss) => !known.includes(loss))) found.push({ seed, ...plan, ...round.end, losses });
  }
  expect(found).toEqual([]);
});

const listed = (...more: string[]): Promise<any[]> => on.home.json('server', 'lock', 'list', ...more);
const driftsOf = (locks: any[]): Record<string, string | null> =>
  Object.fromEntries(locks.map(({ ID, Drift }) => [ID, Drift]));
const expected = (): Record<string, string | null> =>
  Object.fromEntries(
    rounds.map((round) => [round.id, driftExpected(round)]).filter(([, drift]) => drift !== undefined),
  );
const withoutTwins = (rows: LockRows): LockRows => ({ ...rows, reasons: [...new Set(rows.reasons)] });

describe('server lock list', () => {
  it('shows how the rows of each server differ from what keyward put on', async () => {
    expect(driftsOf(await listed())).toEqual(expected());
  });

  it("--repair writes again what was lost, and leaves alone what Nova's API has changed since", async () => {
    const drifts = expected();
    const drifting = Object.entries(drifts).filter(([, drift]) => drift !== null);
    expect(driftsOf(await listed('--repair'))).toEqual(Object.fromEntries(drifting));
    for (const { id, ours, end } of rounds) {
      const drift = drifts[id] ?? null;
      const isRestored = drift !== null && drift !== 'changed since' && drift !== 'unlock lost';
      const rows = await race.rows(id);
      expect([id, withoutTwins(rows)]).toEqual([id, isRestored ? rowsOf(ours) : withoutTwins(end.rows)]);
    }
  });

  it("is then what Nova's API shows, but for servers of two reasons", async () => {
    const hasOne = ({ id }: Ended) => race.rows(id).then((rows) => withoutTwins(rows).reasons.length < 2);
    const all = await Promise.all(rounds.map(async (round) => ((await hasOne(round)) ? [round.id] : [])));
    const ids = new Set(all.flat());
    const { servers } = await on.answered('admin', '/servers/detail?locked=true');
    const theirs = servers.map((server: any) => [server.id, server.locked_reason]);
    const locks = await listed();
    // An unlock that was lost is left to whoever unlocks again.
    expect(locks.filter(({ Drift }) => Drift !== null && Drift !== 'unlock lost')).toEqual([]);
    const ours = locks.map(({ ID, Reason }) => [ID, Reason]);
    const among = (reasons: [string, string | null][]) =>
      Object.fromEntries(reasons.filter(([id]) => ids.has(id)));
    expect(among(ours as [])).toEqual(among(theirs));
    expect(Object.keys(among(theirs)).length).toBeGreaterThan(0);
  });
});

describe("Nova's API shows", () => {
  const shown = async (id: string): Promise<{ locked: boolean; reason: string | null }> => {
    const { locked, locked_reason: reason } = await on.told(id, { isDeleted: false });
    return { locked, reason };
  };

  it('a reason that was left behind without a lock, and again with its next lock', async () => {
    const { id } = await force('reason left behind');
    expect(await shown(id)).toEqual({ locked: false, reason: 'ours' });
    expect(await on.home.json('server', 'show', id)).toMatchObject({ locked: false, locked_reason: 'ours' });
    await on.project.act(id, { lock: null });
    expect(await shown(id)).toEqual({ locked: true, reason: 'ours' });
    await race.lock(id, unlock('admin'));
    expect(await shown(id)).toEqual({ locked: false, reason: null });
  });

  it('one reason of two, and none once keyward has unlocked', async () => {
    const { id } = await force('reason twice');
    const seen = await shown(id);
    expect(await race.rows(id)).toMatchObject({ reasons: ['ours', 'theirs'] });
    expect(['ours', 'theirs']).toContain(seen.reason);
    await race.lock(id, unlock('admin'));
    expect(await shown(id)).toEqual({ locked: false, reason: null });
  });

  it('the action of a lock that it answered 500, as failed', async () => {
    const { id } = await force('server error');
    const where = `/servers/${id}/os-instance-actions`;
    const [newest] = (await on.answered('admin', where)).instanceActions;
    const { instanceAction } = await on.answered('admin', `${where}/${newest.request_id}`);
    expect(instanceAction).toMatchObject({
      action: 'lock',
      events: [{ event: 'api_lock', result: 'Error' }],
    });
  });
});
