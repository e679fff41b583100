import { describe, expect, it } from '@jest/globals';
import { bound, leaseRequest, refusedBy } from '../../support/workflows/scenarios.ts';
import {
  broken,
  cancelling,
  downUntil,
  HOUR,
  MINUTE,
  PATIENCE_MS,
  SECOND,
  stepsOf,
  timesOf,
} from '../../support/workflows/fakes.ts';
import { type Leased, leasedServers, type Row } from '../../support/workflows/leased-servers.ts';
import { type Scenario, simulate } from '../../support/workflows/simulated-run.ts';
import type { Fakes } from '../../support/workflows/simulated-step.ts';

type World = Partial<Omit<Scenario, 'workflow' | 'input' | 'fakes'>>;
const endLease = (leased: Leased, changed: Fakes = {}, world: World = {}) =>
  simulate({
    workflow: 'serverLease',
    input: leaseRequest,
    fakes: bound({ ...leased.fakes, ...changed }),
    patienceMs: PATIENCE_MS,
    ...world,
  });

/** Makes rows of a lease, in one cell each, which end at that time. */
const rowsOf = (cell: string, count: number, until: number, more: Partial<Row> = {}): Row[] =>
  Array.from({ length: count }, (_, at) => ({ cell, id: at + 1, until, isOurs: true, ...more }));

describe('a lease', () => {
  it('waits for its end, takes its locks off in each cell, tells of them, and ends', async () => {
    const leased = leasedServers([...rowsOf('c1', 2, MINUTE), ...rowsOf('c2', 1, 3 * HOUR)]);
    const told = await endLease(leased);
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 3 } });
    expect(leased.unlocked).toEqual([
      { cell: 'c1', id: 1, at: MINUTE },
      { cell: 'c1', id: 2, at: MINUTE },
      { cell: 'c2', id: 1, at: 3 * HOUR },
    ]);
    expect(leased.announced()).toEqual(['c1 1', 'c1 2', 'c2 1']);
    expect(told.at).toBe(3 * HOUR);
  });

  it('that has no locks any more ends at once', async () => {
    const told = await endLease(leasedServers([]));
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 0 }, at: 0 });
    expect(stepsOf(told.attempts)).toEqual(['lookAtLease']);
  });

  it('leaves locks alone that are no longer its own, and tells of none', async () => {
    const leased = leasedServers([...rowsOf('c1', 3, MINUTE, { isOurs: false })]);
    const told = await endLease(leased);
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 0 } });
    expect(stepsOf(told.attempts)).not.toContain('announceEnded');
  });

  it('whose timer is early by the clock of the database looks again, and not at once', async () => {
    const states = [
      { due: [], waitMs: MINUTE },
      { due: [], waitMs: 3 },
      { due: [], waitMs: null },
    ];
    const told = await endLease(leasedServers([]), { lookAtLease: async () => states.shift() });
    expect(timesOf(told.attempts, 'lookAtLease')).toEqual([0, MINUTE, MINUTE + 200]);
  });

  it('of years waits by one timer', async () => {
    const years = 10 * 366 * 24 * HOUR;
    const told = await endLease(leasedServers(rowsOf('c1', 1, years)), {}, { patienceMs: 2 * years });
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1 } });
    expect(timesOf(told.attempts, 'lookAtLease')).toEqual([0, years, years]);
  });

  describe('that is woken', () => {
    const woken = (at: number): World => ({ signals: [{ name: 'leaseChanged', at }] });

    it('looks again, and ends where its locks are gone', async () => {
      const leased = leasedServers(rowsOf('c1', 1, HOUR));
      leased.later(5 * SECOND, () => leased.set([]));
      const told = await endLease(leased, {}, woken(5 * SECOND));
      expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 0 }, at: 5 * SECOND });
    });

    it('waits for the time that its locks have now', async () => {
      const leased = leasedServers(rowsOf('c1', 1, HOUR));
      leased.later(5 * SECOND, () => leased.set(rowsOf('c1', 1, MINUTE)));
      const told = await endLease(leased, {}, woken(5 * SECOND));
      expect(leased.unlocked).toEqual([{ cell: 'c1', id: 1, at: MINUTE }]);
      expect(told).toMatchObject({ ended: 'completed', at: MINUTE });
    });

    it('before it has looked looks as ever', async () => {
      const told = await endLease(leasedServers(rowsOf('c1', 1, MINUTE)), {}, woken(0));
      expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1 } });
    });

    it('while it takes locks off looks again at once, and when that is done', async () => {
      const leased = leasedServers(rowsOf('c1', 1, MINUTE));
      const told = await endLease(
        leased,
        { endLocks: downUntil(2 * MINUTE, leased.fakes['endLocks']) },
        woken(90 * SECOND),
      );
      expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1 } });
      expect(timesOf(told.attempts, 'lookAtLease')).toEqual([0, MINUTE, 90 * SECOND, leased.unlocked[0]!.at]);
    });
  });

  it('of which a cell does not answer takes the locks of others off at their time, and leaves that one to workers', async () => {
    const leased = leasedServers([
      ...rowsOf('c1', 1, 3 * MINUTE),
      ...rowsOf('c2', 1, MINUTE),
      ...rowsOf('c3', 1, 14 * MINUTE),
    ]);
    leased.hide('c2', { until: 65 * MINUTE });
    const told = await endLease(leased);
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 2 }, at: 14 * MINUTE });
    expect(leased.unlocked).toMatchObject([
      { cell: 'c1', at: 3 * MINUTE },
      { cell: 'c3', at: 14 * MINUTE },
    ]);
  });

  it('that is woken takes off what has become due in a cell that did not answer', async () => {
    const leased = leasedServers([...rowsOf('c1', 1, HOUR), ...rowsOf('c2', 1, MINUTE)]);
    leased.hide('c2', { until: 5 * MINUTE });
    const told = await endLease(leased, {}, { signals: [{ name: 'leaseChanged', at: 6 * MINUTE }] });
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 2 } });
    expect(leased.unlocked[0]).toEqual({ cell: 'c2', id: 1, at: 6 * MINUTE });
  });

  it.each(['lookAtLease', 'endLocks'])(
    'goes on, though %s fails for half a day, and does its work once',
    async (step) => {
      const leased = leasedServers(rowsOf('c1', 1, MINUTE));
      const told = await endLease(leased, { [step]: downUntil(12 * HOUR, leased.fakes[step]) });
      expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1 } });
      expect(told.at).toBeLessThan(12 * HOUR + 6 * MINUTE);
      expect(leased.announced()).toEqual(['c1 1']);
    },
  );

  it('takes off what ends later in the same cell, by batches of other names', async () => {
    const leased = leasedServers([...rowsOf('c1', 2, MINUTE), ...rowsOf('c1', 1, 2 * MINUTE, { id: 3 })]);
    const told = await endLease(leased);
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 3 } });
    expect(leased.unlocked.map(({ at }) => at)).toEqual([MINUTE, MINUTE, 2 * MINUTE]);
    expect(leased.announced()).toEqual(['c1 1', 'c1 2', 'c1 3']);
  });

  it('ends, though what it took off can not be told of: a worker does that later', async () => {
    const leased = leasedServers(rowsOf('c1', 1, MINUTE));
    const told = await endLease(leased, { announceEnded: downUntil(12 * HOUR) });
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1 } });
    expect(told.at).toBeLessThan(2 * MINUTE);
  });

  it.each(['endLocks', 'announceEnded'])(
    'ends in one cell, though %s fails in another one for an hour',
    async (step) => {
      const leased = leasedServers([...rowsOf('c1', 1, MINUTE), ...rowsOf('c2', 1, MINUTE + 5 * SECOND)]);
      const failing = downUntil(HOUR, leased.fakes[step]);
      const told = await endLease(leased, {
        [step]: (...given) => (given[0].cell === 'c1' ? failing : leased.fakes[step]!)(...given),
      });
      expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 2 } });
      expect(leased.unlocked.find(({ cell }) => cell === 'c2')).toMatchObject({ at: MINUTE + 5 * SECOND });
    },
  );

  it('tries again in ten minutes where a step is refused, and no more often', async () => {
    const leased = leasedServers(rowsOf('c1', 1, MINUTE));
    const refusedFirst = refusedBy('The schema is missing.');
    let tries = 0;
    const told = await endLease(leased, {
      endLocks: (...given) => (++tries < 3 ? refusedFirst() : leased.fakes['endLocks']!(...given)),
    });
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1 } });
    expect(timesOf(told.attempts, 'endLocks')).toEqual([MINUTE, 11 * MINUTE, 21 * MINUTE]);
  });

  it('counts once what it took off, though the answer was lost', async () => {
    const leased = leasedServers(rowsOf('c1', 1500, MINUTE));
    const end = leased.fakes['endLocks']!;
    const told = await endLease(leased, {
      endLocks: async (...given) => {
        const done = await end(...given);
        return given[2].attempt === 1 ? broken() : done;
      },
    });
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1500 } });
    expect(leased.unlocked).toHaveLength(1500);
  });

  it('that is cancelled in a batch ends behind it, and tells of it', async () => {
    const leased = leasedServers(rowsOf('c1', 1500, MINUTE));
    const told = await endLease(leased, { endLocks: cancelling(leased.fakes['endLocks']!) });
    expect(told).toMatchObject({ ended: 'cancelled' });
    expect(leased.unlocked).toHaveLength(1000);
    expect(leased.announced()).toHaveLength(1000);
  });

  it('that is cancelled while it waits takes nothing off', async () => {
    const leased = leasedServers(rowsOf('c1', 1, MINUTE));
    const told = await endLease(leased, { lookAtLease: cancelling(leased.fakes['lookAtLease']!) });
    expect(told).toMatchObject({ ended: 'cancelled', at: 0 });
    expect(leased.unlocked).toEqual([]);
  });
});

describe('leases that end while no worker is there', () => {
  const outage = { from: 30 * SECOND, until: 90 * SECOND };

  it('each end once a worker is there again', async () => {
    for (let number = 0; number < 20; number++) {
      const leased = leasedServers(rowsOf('c1', 1, MINUTE + 50 * number));
      const told = await endLease(leased, {}, { outage });
      expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 1 } });
      expect(leased.unlocked).toEqual([{ cell: 'c1', id: 1, at: outage.until }]);
      expect(leased.announced()).toEqual(['c1 1']);
    }
  });

  it('end in pages where a thousand and more locks are of one: each is taken off and told of once', async () => {
    const leased = leasedServers([
      ...rowsOf('c1', 2500, MINUTE),
      ...rowsOf('c2', 1000, MINUTE + 500),
      ...rowsOf('c3', 1, 2 * MINUTE),
    ]);
    const told = await endLease(leased, {}, { outage });
    expect(told).toMatchObject({ ended: 'completed', result: { unlocked: 3501 } });
    const times = leased.unlocked.map(({ cell, at }) => `${cell} ${at}`);
    expect(new Set(times)).toEqual(new Set(['c1 90000', 'c2 90000', 'c3 120000']));
    expect(leased.announced()).toHaveLength(3501);
    expect(new Set(leased.announced()).size).toBe(3501);
    expect(leased.pages('c1')).toEqual([0, 1000, 2000]);
    // A page that is full may have rows behind it.
    expect(leased.pages('c2')).toEqual([0, 1000]);
  });
});
