import { describe, expect, it } from '@jest/globals';
import { fleetRequest, lockRequest, refusedBy, serverLockFleet } from '../../support/workflows/scenarios.ts';
import {
  attemptsAt,
  broken,
  downUntil,
  HOUR,
  MINUTE,
  noting,
  SECOND,
  stepsOf,
} from '../../support/workflows/fakes.ts';
import { type BatchInput, lockFleet, many } from '../../support/workflows/fleets.ts';
import type { Attempt, Fakes } from '../../support/workflows/simulated-step.ts';

describe('a fleet is locked', () => {
  const cellOf = (cell: string, counts: object = {}) => ({
    cell,
    changed: 0,
    left: 0,
    refused: 0,
    error: null,
    ...counts,
  });

  it('cell by cell in batches, each from behind the last one, and those that changed something are told of', async () => {
    const changed: BatchInput[] = [];
    const announced: object[] = [];
    const told = await lockFleet({
      changeLocks: noting(
        changed,
        ({ cell, after, batch }) => ({ cell, after, batch }),
        serverLockFleet['changeLocks'],
      ),
      announceLocks: noting(announced, ({ cell, batch }) => ({ cell, batch })),
    });
    expect(told).toMatchObject({
      ended: 'completed',
      result: { cells: [cellOf('cell1', { changed: 1499, left: 1 }), cellOf('cell2')] },
    });
    const of = (cell: string) => changed.filter((batch) => batch.cell === cell);
    expect(of('c1').map(({ after }) => after)).toEqual([0, 1000]);
    expect(of('c2').map(({ after }) => after)).toEqual([0]);
    expect(announced).toEqual(of('c1').map(({ cell, batch }) => ({ cell, batch })));
    expect(new Set(of('c1').map(({ batch }) => batch)).size).toBe(2);
    const steps = stepsOf(told.attempts);
    expect(steps.filter((step) => step === 'armLease')).toHaveLength(1);
    expect(steps.at(-1)).toBe('armLease');
  });

  it('without an end, and then arms nothing', async () => {
    const told = await lockFleet({}, { ...fleetRequest, locking: { ...lockRequest.locking, lease: null } });
    expect(told).toMatchObject({ ended: 'completed' });
    expect(stepsOf(told.attempts)).not.toContain('armLease');
  });

  it('a batch at a time, while the one before is told of and no other', async () => {
    const told = await lockFleet({ changeLocks: many, announceLocks: downUntil(5 * SECOND) });
    expect(told).toMatchObject({ ended: 'completed' });
    const [first, second, third, ...others] = attemptsAt(told.attempts, 'changeLocks')
      .map(({ at }) => at)
      .toSorted((one, other) => one - other)
      // The second cell's only batch is changed at the beginning.
      .slice(1);
    expect([first, second, others]).toEqual([0, 0, []]);
    expect(third).toBeGreaterThanOrEqual(5 * SECOND);
  });

  it('once, though an answer was lost: the repeated attempt asks for the same batch', async () => {
    const asked: string[] = [];
    const told = await lockFleet({
      changeLocks: async (input, claim, attempt) => {
        if (input.cell === 'c1') asked.push(`${input.after} ${input.batch}`);
        return attempt.attempt === 1 ? broken() : serverLockFleet['changeLocks']!(input, claim, attempt);
      },
    });
    expect(told).toMatchObject({ ended: 'completed', result: { cells: [{ changed: 1499 }, {}] } });
    expect(asked).toHaveLength(4);
    expect(new Set(asked).size).toBe(2);
    expect([asked[0], asked[2]]).toEqual([asked[1], asked[3]]);
  });

  it('through an outage of an hour once its servers are changed; a worker tells of them later', async () => {
    const told = await lockFleet({ announceLocks: downUntil(HOUR), armLease: downUntil(HOUR) });
    expect(told).toMatchObject({
      ended: 'completed',
      result: { cells: [{ changed: 1499, error: null }, {}] },
    });
    expect(told.at).toBeLessThan(HOUR + 2 * MINUTE);
  });

  describe('but for a cell that', () => {
    const only =
      (cell: string, fake: Fakes[string], others: Fakes[string] = async () => null): Fakes[string] =>
      async (input, claim, attempt) =>
        input.cell === cell ? fake(input, claim, attempt) : others(input, claim, attempt);
    const inCell = (attempts: Attempt[], asked: string[]) =>
      stepsOf(attempts).filter((s) => asked.includes(s));

    it('refuses the request: it is named with what to do, and the other one is done', async () => {
      const told = await lockFleet({
        beginLocks: only('c2', refusedBy('The request is too old.'), async () => []),
      });
      expect(told).toMatchObject({
        ended: 'completed',
        result: {
          cells: [
            cellOf('cell1', { changed: 1499, left: 1 }),
            cellOf('cell2', { error: 'The request is too old. Make it.' }),
          ],
        },
      });
      expect(inCell(told.attempts, ['changeLocks', 'stopLocks', 'armLease'])).toEqual([
        'changeLocks',
        'changeLocks',
        'armLease',
      ]);
    });

    it('dies in the middle: what it did is counted and told of, and it is named', async () => {
      const announced: object[] = [];
      const told = await lockFleet({
        changeLocks: async (input, claim, attempt) =>
          input.after === 1000 ? broken() : many(input, claim, attempt),
        announceLocks: noting(announced, ({ cell, batch }) => ({ cell, batch })),
      });
      expect(told).toMatchObject({
        ended: 'completed',
        result: {
          cells: [
            cellOf('cell1', { changed: 1000, error: 'The database is down. Start it.' }),
            cellOf('cell2', { changed: 10 }),
          ],
        },
      });
      expect(announced).toHaveLength(2);
      // Five attempts are made at the batch that fails.
      expect(attemptsAt(told.attempts, 'changeLocks')).toHaveLength(1 + 5 + 1);
      expect(stepsOf(told.attempts).at(-1)).toBe('armLease');
    });

    it('can not be told of one batch: every batch that was changed is told of all the same', async () => {
      const announced: number[] = [];
      const told = await lockFleet({
        changeLocks: many,
        announceLocks: async ({ cell, after }) => {
          if (cell === 'c1') announced.push(after);
          return cell === 'c1' && after === 0 ? refusedBy('No broker is set.')() : null;
        },
      });
      expect(told).toMatchObject({ result: { cells: [{ error: null }, { error: null }] } });
      expect(announced.toSorted()).toEqual([0, 1000, 2000]);
    });

    it('can not be told of: its batch counts, and a worker tells of it later', async () => {
      const told = await lockFleet({
        changeLocks: many,
        announceLocks: only('c2', refusedBy('No broker is set.')),
      });
      expect(told).toMatchObject({
        ended: 'completed',
        result: {
          cells: [cellOf('cell1', { changed: 3000 }), cellOf('cell2', { changed: 10 })],
        },
      });
    });
  });

  it('by a run that fails where the cells can not be listed, and then changes nothing', async () => {
    const told = await lockFleet({ listLockCells: refusedBy('There is no cell.') });
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { message: 'There is no cell.' } } });
    expect(stepsOf(told.attempts)).toEqual(['listLockCells']);
  });

  it('and a run of it is unlocked: its leases are woken once all is done, and none is armed', async () => {
    const woken: object[] = [];
    const told = await lockFleet(
      {
        beginLocks: async ({ cell }) => (cell === 'c1' ? ['l1', 'l2'] : ['l1']),
        wakeLease: noting(woken, ({ leaseId }) => ({ leaseId })),
      },
      { ...fleetRequest, locking: { kind: 'unlock' }, selection: { by: 'run', requestId: 'other' } },
    );
    expect(told).toMatchObject({ ended: 'completed' });
    expect(woken).toHaveLength(3);
    expect(woken).toEqual(expect.arrayContaining([{ leaseId: 'l1' }, { leaseId: 'l2' }]));
    const steps = stepsOf(told.attempts);
    expect(steps).not.toContain('armLease');
    expect(steps.indexOf('wakeLease')).toBeGreaterThan(steps.lastIndexOf('changeLocks'));
  });
});
