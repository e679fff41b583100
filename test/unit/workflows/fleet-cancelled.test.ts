import { describe, expect, it } from '@jest/globals';
import { fleetRequest, lockRequest } from '../../support/workflows/scenarios.ts';
import { broken, cancelling, downUntil, HOUR, noting, stepsOf } from '../../support/workflows/fakes.ts';
import { type BatchInput, lockFleet, many } from '../../support/workflows/fleets.ts';
import type { Fakes } from '../../support/workflows/simulated-step.ts';

describe('the run of a fleet that is cancelled', () => {
  const endless: Fakes[string] = async ({ after }: BatchInput) => ({
    changed: 1000,
    left: 0,
    refused: 0,
    last: after + 1000,
  });
  /** Is cancelled in the second batch of the first cell, while the other cell goes on. */
  const cancelled = (changed: Fakes = {}, input: object = fleetRequest) =>
    lockFleet(
      {
        changeLocks: async (...given) =>
          given[0].cell === 'c1' && given[0].after > 0 ? cancelling(endless)(...given) : endless(...given),
        ...changed,
      },
      input,
    );

  it('stops each cell behind its batch, tells of every batch, and arms the lease', async () => {
    const changed: string[] = [];
    const announced: object[] = [];
    const stopped: object[] = [];
    const told = await cancelled({
      changeLocks: async (input, claim, attempt) => {
        if (input.cell === 'c1' && input.after > 0) await attempt.cancel();
        changed.push(`${input.cell} ${input.batch}`);
        return endless(input, claim, attempt);
      },
      announceLocks: noting(announced, ({ cell, batch }) => ({ told: `${cell} ${batch}` })),
      stopLocks: noting(stopped, ({ cell }) => ({ cell })),
    });
    expect(told).toMatchObject({ ended: 'cancelled' });
    expect(changed.length).toBeGreaterThanOrEqual(3);
    expect(new Set(announced)).toEqual(new Set(changed.map((batch) => ({ told: batch }))));
    expect(new Set(stopped)).toEqual(new Set([{ cell: 'c1' }, { cell: 'c2' }]));
    const steps = stepsOf(told.attempts);
    expect(steps.at(-1)).toBe('armLease');
  });

  it('arms nothing where its locks have no end', async () => {
    const told = await cancelled({}, { ...fleetRequest, locking: { ...lockRequest.locking, lease: null } });
    expect(told).toMatchObject({ ended: 'cancelled' });
    expect(stepsOf(told.attempts)).not.toContain('armLease');
  });

  it('waits for no cell that does not answer, and through an outage until its lease is armed', async () => {
    const told = await cancelled({
      announceLocks: downUntil(HOUR),
      stopLocks: downUntil(2 * HOUR),
      armLease: downUntil(3 * HOUR),
    });
    expect(told).toMatchObject({ ended: 'cancelled' });
    expect(told.at).toBeGreaterThanOrEqual(3 * HOUR);
    expect(stepsOf(told.attempts).at(-1)).toBe('armLease');
  });

  it('before anything is changed changes nothing, and the cells are stopped all the same', async () => {
    const stopped: object[] = [];
    const told = await lockFleet({
      beginLocks: cancelling(async () => []),
      stopLocks: noting(stopped, ({ cell }) => ({ cell })),
    });
    expect(told).toMatchObject({ ended: 'cancelled' });
    expect(stepsOf(told.attempts)).not.toContain('changeLocks');
    expect(new Set(stopped)).toEqual(new Set([{ cell: 'c1' }, { cell: 'c2' }]));
  });

  it('leaves a cell that is done as it is', async () => {
    const stopped: object[] = [];
    const told = await lockFleet({
      changeLocks: async (...given) => {
        if (given[0].cell === 'c2') return many(...given);
        // The other cell is done by the second attempt.
        return given[2].attempt === 1 ? broken() : cancelling(endless)(...given);
      },
      stopLocks: noting(stopped, ({ cell }) => ({ cell })),
    });
    expect(told).toMatchObject({ ended: 'cancelled' });
    expect(stopped).toEqual([{ cell: 'c1' }]);
  });
});
