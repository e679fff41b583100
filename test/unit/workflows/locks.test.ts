import { describe, expect, it } from '@jest/globals';
import {
  bound,
  lockRequest,
  protectRequest,
  refusedBy,
  serverLock,
  serverProtect,
} from '../../support/workflows/scenarios.ts';
import {
  broken,
  cancelling,
  downUntil,
  HOUR,
  PATIENCE_MS,
  SECOND,
  stepsOf,
} from '../../support/workflows/fakes.ts';
import { simulate } from '../../support/workflows/simulated-run.ts';
import type { Fakes } from '../../support/workflows/simulated-step.ts';

const lock = (changed: Fakes = {}, input: object = lockRequest) =>
  simulate({
    workflow: 'serverLock',
    input,
    fakes: bound({ ...serverLock, ...changed }),
    patienceMs: PATIENCE_MS,
  });

describe('a lock of one server', () => {
  const unlock = { ...lockRequest, locking: { kind: 'unlock' } };
  const endless = { ...lockRequest, locking: { ...lockRequest.locking, lease: null } };
  const noLease = { changeLock: async () => ({ ended: null, isTold: false }) };

  it.each<[string, object, Fakes, string[]]>([
    [
      'told of, the old lease is woken and the new one armed',
      lockRequest,
      {},
      ['wakeLease old', 'armLease l'],
    ],
    ['told of; where there was no lease, none is woken', lockRequest, noLease, ['armLease l']],
    ['without an end arms nothing, and wakes the old lease', endless, {}, ['wakeLease old']],
    ['without an end, where there was none, is told of', endless, noLease, []],
    ['that is taken off wakes the lease that ends with it', unlock, {}, ['wakeLease old']],
    ['that is taken off, and never had an end, is told of', unlock, noLease, []],
  ])('is changed and %s', async (_, input, changed, leases) => {
    const ofLease = async ({ leaseId }: { leaseId: string }) => void asked.push(leaseId);
    const asked: string[] = [];
    const told = await lock({ ...changed, wakeLease: ofLease, armLease: ofLease }, input);
    expect(told).toMatchObject({ ended: 'completed', result: { uuid: 'u', state: 'changed' }, at: 0 });
    const steps = stepsOf(told.attempts);
    expect(steps.slice(0, 2)).toEqual(['changeLock', 'announceLock']);
    expect(steps.slice(2).map((step, at) => `${step} ${asked[at]}`)).toEqual(leases);
  });

  it('that is told of at once is not told of again', async () => {
    const told = await lock({ changeLock: async () => ({ ended: null, isTold: true }) }, endless);
    expect(told).toMatchObject({ ended: 'completed' });
    expect(stepsOf(told.attempts)).toEqual(['changeLock']);
  });

  it('that is refused changes nothing else', async () => {
    const told = await lock({ changeLock: refusedBy('Instance u is locked by an admin.') });
    expect(told).toMatchObject({
      ended: 'failed',
      failure: { cause: { type: 'NoImage', message: 'Instance u is locked by an admin.' } },
    });
    expect(stepsOf(told.attempts)).toEqual(['changeLock']);
  });

  it('that no database takes is given up in seconds, and nothing else happens', async () => {
    const told = await lock({ changeLock: broken });
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { message: 'The database is down.' } } });
    expect(stepsOf(told.attempts)).toEqual(Array(5).fill('changeLock'));
    expect(told.at).toBeLessThan(30 * SECOND);
  });

  it.each(['announceLock', 'wakeLease', 'armLease'])(
    'is changed once, whatever %s fails at for an hour, and the rest does not wait for that',
    async (step) => {
      const told = await lock({ [step]: downUntil(HOUR) });
      expect(told).toMatchObject({ ended: 'completed' });
      expect(told.at).toBeGreaterThanOrEqual(HOUR);
      expect(told.at).toBeLessThan(HOUR + 30 * SECOND);
      const others = told.attempts.filter((attempt) => attempt.step !== step);
      expect(others.map(({ at }) => at)).toEqual([0, 0, 0]);
    },
  );
});

describe('a run that is cancelled while the lock is changed', () => {
  it('tells of the lock, wakes the old lease and arms the new one all the same', async () => {
    const told = await lock({ changeLock: cancelling(async () => ({ ended: 'old', isTold: false })) });
    expect(stepsOf(told.attempts)).toEqual(['changeLock', 'announceLock', 'wakeLease', 'armLease']);
    expect(told).toMatchObject({ ended: 'completed', result: { uuid: 'u', state: 'changed' } });
  });
});

describe('a server is protected', () => {
  const protect = (changed: Fakes = {}) =>
    simulate({
      workflow: 'serverProtect',
      input: protectRequest,
      fakes: bound({ ...serverProtect, ...changed }),
    });

  it('by one step', async () => {
    const told = await protect();
    expect(told).toMatchObject({ ended: 'completed', result: { uuid: 'u', state: 'changed' } });
    expect(stepsOf(told.attempts)).toEqual(['protectServer']);
  });

  it('or refused', async () => {
    const told = await protect({ protectServer: refusedBy('Instance u is locked.') });
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { message: 'Instance u is locked.' } } });
    expect(told.attempts).toHaveLength(1);
  });
});
