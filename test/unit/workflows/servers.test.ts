import { describe, expect, it } from '@jest/globals';
import { taskQueue } from '../../../src/rules/target.ts';
import { Transient } from '../../../src/rules/errors.ts';
import { deletedMeanwhile } from '../../../src/rules/compute/lost-server.ts';
import {
  bound,
  createRequest,
  deleteRequest,
  GUEST_QUEUE,
  refusedBy,
  serverCreate,
  serverDelete,
  serverSet,
  setRequest,
  TARGET,
} from '../../support/workflows/scenarios.ts';
import { simulate } from '../../support/workflows/simulated-run.ts';
import type { Attempt, Fakes } from '../../support/workflows/simulated-step.ts';

const create = (changed: Fakes = {}) =>
  simulate({ workflow: 'serverCreate', input: createRequest, fakes: bound({ ...serverCreate, ...changed }) });
const remove = (changed: Fakes = {}) =>
  simulate({ workflow: 'serverDelete', input: deleteRequest, fakes: bound({ ...serverDelete, ...changed }) });

const stepsOf = (attempts: Attempt[]) =>
  attempts.map(({ step }) => step).filter((step) => step !== 'announceServer');
/** Notes which events are announced, in their order. */
const noting = (events: string[], then: Fakes[string] = async () => null): Fakes => ({
  announceServer: async (input, claim, attempt) => {
    if (attempt.attempt === 1) events.push(input.event.type);
    return then(input, claim, attempt);
  },
});
const broken = async (): Promise<never> => {
  throw new Transient('BrokerDown', 'The broker is down.', 'Start it.');
};
/** Fails until that attempt. */
const outageUntil =
  (last: number): Fakes[string] =>
  async (_input, _claim, { attempt }) =>
    attempt < last ? broken() : null;
const cancelling =
  (given: Fakes[string] = async () => null): Fakes[string] =>
  async (...args) => {
    await args[2].cancel();
    return given(...args);
  };

describe('a server is made', () => {
  it('step by step, its guest on its own host, and both events are announced', async () => {
    const events: string[] = [];
    const told = await create(noting(events));
    expect(told).toMatchObject({ ended: 'completed', result: { uuid: 'u', state: 'active' } });
    expect(stepsOf(told.attempts)).toEqual(['acceptServer', 'placeServer', 'spawnServer', 'finishServer']);
    expect(told.attempts.filter(({ queue }) => queue === GUEST_QUEUE).map(({ step }) => step)).toEqual([
      'spawnServer',
    ]);
    expect(new Set(told.attempts.map(({ queue }) => queue))).toEqual(
      new Set([taskQueue(TARGET), GUEST_QUEUE]),
    );
    expect(events).toEqual(['instance.create.start', 'instance.create.end']);
  });

  it.each(['placeServer', 'spawnServer', 'finishServer'])(
    'through an outage of an hour in %s',
    async (step) => {
      const told = await create({ [step]: outageUntil(150) });
      expect(told).toMatchObject({ ended: 'completed' });
      expect(told.at).toBeGreaterThan(2_800_000);
    },
  );

  it('while nobody takes its notifications, which are announced once somebody does', async () => {
    const finished: number[] = [];
    const events: string[] = [];
    const told = await create({
      ...noting(events, outageUntil(60)),
      finishServer: async (_input, _claim, { at }) => (finished.push(at), null),
    });
    expect(told).toMatchObject({ ended: 'completed' });
    expect(finished).toEqual([0]);
    expect(events).toEqual(['instance.create.start', 'instance.create.end']);
  });
});

describe('a server that can not be made', () => {
  it('is none where the request is refused: nothing else happens', async () => {
    const told = await create({
      acceptServer: refusedBy('No such image.'),
      failServer: async () => 'untouched',
    });
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { type: 'NoImage' } } });
    expect(stepsOf(told.attempts)).toEqual(['acceptServer', 'failServer']);
  });

  it.each(['placeServer', 'spawnServer', 'finishServer'])(
    'is left in ERROR where %s is refused',
    async (step) => {
      const events: string[] = [];
      const reasons: string[] = [];
      const told = await create({
        ...noting(events),
        [step]: refusedBy('The image is gone.'),
        failServer: async ({ reason }) => (reasons.push(reason), 'error'),
      });
      expect(told).toMatchObject({
        ended: 'failed',
        failure: {
          type: 'NoImage',
          message: 'The server u is in ERROR. The image is gone.',
          details: [{ exitCode: 1, outcome: 'changed' }],
        },
      });
      expect(reasons).toEqual(['The image is gone.']);
      expect(events.at(-1)).toBe('instance.create.error');
    },
  );

  it('is left alone where somebody deleted it meanwhile', async () => {
    const told = await create({
      spawnServer: async () => {
        throw deletedMeanwhile('u');
      },
    });
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { type: 'DeletedMeanwhile' } } });
    expect(stepsOf(told.attempts)).not.toContain('failServer');
  });
});

it.each(['done', 'gone'])('a server that is %s all the same is not said to be in ERROR', async (left) => {
  const events: string[] = [];
  const told = await create({
    ...noting(events),
    finishServer: refusedBy('No answer.'),
    failServer: async () => left,
  });
  expect(told).toMatchObject({ ended: 'failed', failure: { cause: { message: 'No answer.' } } });
  expect(events).toEqual(['instance.create.start']);
});

it('a failure is told after the beginning, however late that is taken', async () => {
  const events: string[] = [];
  await create({
    announceServer: async (input, _claim, { attempt }) => {
      if (attempt === 3 || input.event.type !== 'instance.create.start') events.push(input.event.type);
      return attempt < 3 && input.event.type === 'instance.create.start' ? broken() : null;
    },
    spawnServer: refusedBy('No image.'),
  });
  expect(events).toEqual(['instance.create.start', 'instance.create.error']);
});

describe('a run that is cancelled', () => {
  it.each(['placeServer', 'spawnServer'])(
    'in %s lets that end, and leaves the server in ERROR',
    async (step) => {
      const told = await create({ [step]: cancelling() });
      expect(told).toMatchObject({ ended: 'cancelled' });
      expect(stepsOf(told.attempts).at(-1)).toBe('failServer');
      expect(stepsOf(told.attempts)).not.toContain('finishServer');
    },
  );

  it('when the server is up leaves it so', async () => {
    const told = await create({ finishServer: cancelling() });
    expect(stepsOf(told.attempts)).not.toContain('failServer');
  });
});

describe('a server is set', () => {
  it('and told of, with the name that it had', async () => {
    const events: object[] = [];
    const told = await simulate({
      workflow: 'serverSet',
      input: setRequest,
      fakes: bound({ ...serverSet, announceServer: async ({ event }) => (events.push(event), null) }),
    });
    expect(told).toMatchObject({ ended: 'completed', result: { uuid: 'u', state: 'changed' } });
    expect(events).toEqual([{ type: 'instance.update', oldName: 'web0', hasNewTags: false }]);
  });
});

describe('a server is deleted', () => {
  it('guest first, then its rows', async () => {
    const events: string[] = [];
    const told = await remove(noting(events));
    expect(told).toMatchObject({ ended: 'completed', result: { uuid: 'u', state: 'deleted' } });
    expect(stepsOf(told.attempts)).toEqual(['beginDelete', 'queueDelete', 'destroyServer', 'finishDelete']);
    expect(events).toEqual(['instance.delete.start', 'instance.delete.end']);
  });

  it('or what is there of it where it is only being built: no guest, and nothing to tell of', async () => {
    const events: string[] = [];
    const told = await simulate({
      workflow: 'serverDelete',
      input: { ...deleteRequest, cell: null },
      fakes: bound({ ...serverDelete, ...noting(events) }),
    });
    expect(told).toMatchObject({ ended: 'completed', result: { uuid: 'u', state: 'deleted' } });
    expect(stepsOf(told.attempts)).toEqual(['beginDelete', 'finishDelete']);
    expect(events).toEqual([]);
  });

  it('or refused, and then nothing happens', async () => {
    const told = await remove({
      beginDelete: refusedBy('Instance u is locked.'),
      failDelete: async () => 'untouched',
    });
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { message: 'Instance u is locked.' } } });
    expect(stepsOf(told.attempts)).toEqual(['beginDelete', 'failDelete']);
  });

  it('or left in ERROR where its guest can not be removed', async () => {
    const told = await remove({ destroyServer: refusedBy('The folder can not be removed.') });
    expect(told).toMatchObject({ ended: 'failed', failure: { details: [{ outcome: 'changed' }] } });
    expect(stepsOf(told.attempts).at(-1)).toBe('failDelete');
  });
});
