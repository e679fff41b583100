import type { ComputeDriver } from '../../../src/drivers/compute/driver.ts';
import type { ComputeServices } from '../../../src/engine/open-compute.ts';
import { DELETED_MEANWHILE } from '../../../src/rules/compute/lost-server.ts';
import { RuleError, Transient } from '../../../src/rules/errors.ts';
import { createRequest, deleteRequest } from './new-servers.ts';
import { Died, shakyWorker, type ShakyWorker, stall } from './shaky-worker.ts';

type Next = (below: number) => number;
type Creating = ReturnType<typeof createRequest>;
type Deleting = ReturnType<typeof deleteRequest>;
type Step = (worker: ShakyWorker) => Promise<unknown>;
type Work = { steps: Step[]; fail: (reason: string) => Step; settle: Step };

/** How a run ends: by itself, cancelled, or terminated, so that nothing of it goes on but what a worker has in hand. */
type Fate = 'ends' | 'cancelled' | 'terminated';
const FATES: Fate[] = ['ends', 'ends', 'ends', 'cancelled', 'terminated'];

const ONE_IN = { dies: 12, standsStill: 8, repeated: 5 };

/** What may be said to whoever deletes a server that others work on; anything else is a failure of the product. */
const REFUSALS = new Set(['NotFound', 'ServerDeleted', 'InstanceNotFound', 'ServerPlaced']);

/**
 * Runs of `server create` and `server delete` without Temporal: their steps one after the other, each at least once.
 * A worker dies or stands still before any of its transactions, and one that stood still goes on beside the next attempt.
 */
export class PlayedRuns {
  readonly #services: ComputeServices;
  readonly #driver: ComputeDriver;
  readonly #next: Next;
  readonly #late: Promise<unknown>[] = [];

  constructor(services: ComputeServices, driver: ComputeDriver, next: Next) {
    this.#services = services;
    this.#driver = driver;
    this.#next = next;
  }

  /** True: nothing works on the server any more, and it is as the run's end should have left it. */
  create(request: Creating): Promise<boolean> {
    return this.#run({
      steps: [
        ({ creation }) => creation.accept(request),
        ({ creation }) => creation.place(request),
        ({ guests }) => guests.spawn(request),
        ({ creation }) => creation.finish(request),
      ],
      fail:
        (reason) =>
        ({ creation }) =>
          creation.fail({ ...request, name: 'NoImage', reason }),
      settle: ({ creation }) => creation.settle(request),
    });
  }

  /** Deletes as the command does, and again until a run came to its end or there is nothing to delete. */
  async delete(uuid: string): Promise<void> {
    for (;;) {
      try {
        const { cell } = await this.#services.serverFinder.locate(uuid);
        const host = await this.#services.serverDeletion.assertOurs({ cell, uuid });
        const request = deleteRequest(uuid, cell?.uuid ?? null, { host });
        if (await this.#run(this.#deletion(request))) return;
      } catch (error) {
        if (!(error instanceof RuleError && REFUSALS.has(error.name))) throw error;
        if (error.name !== 'ServerPlaced') return;
      }
    }
  }

  /** Waits until no worker has anything in hand. */
  async over(): Promise<void> {
    while (this.#late.length > 0) await this.#late.pop();
  }

  #deletion(request: Deleting): Work {
    return {
      steps: [
        ({ deletion }) => deletion.begin(request),
        ...(request.cell === null
          ? []
          : [
              ({ deletion }: ShakyWorker) => deletion.queue(request),
              ({ guests }: ShakyWorker) => guests.destroy(request),
            ]),
        ({ deletion }) => deletion.finish(request),
      ],
      fail:
        (reason) =>
        ({ deletion }) =>
          deletion.fail({ ...request, name: 'NoImage', reason }),
      settle: ({ deletion }) => deletion.settle(request),
    };
  }

  async #run({ steps, fail, settle }: Work): Promise<boolean> {
    const fate = FATES[this.#next(FATES.length)]!;
    const endsAt = fate === 'ends' ? Infinity : this.#next(steps.length);
    for (const [at, step] of steps.entries()) {
      if (at === endsAt) {
        const isTaken = fate === 'cancelled' && ((await this.#lastAttempt(step)) || at > 0);
        if (fate === 'terminated') this.#leave(step);
        await this.#step(isTaken ? fail('The run was cancelled.') : settle);
        return false;
      }
      try {
        await this.#step(step);
      } catch (error) {
        if (!(error instanceof RuleError) || at === 0) throw error;
        if (error.name !== DELETED_MEANWHILE) await this.#step(fail(error.message));
        return true;
      }
    }
    return true;
  }

  /** A run that is cancelled waits for the attempt that is under way, and makes no other. */
  #lastAttempt(step: Step): Promise<boolean> {
    return this.#attempt(step).then(
      () => true,
      (error: unknown) => {
        expected(error);
        return false;
      },
    );
  }

  /** Does a step until an attempt comes to its end, which may be done once more, since its answer was lost. */
  async #step(step: Step): Promise<void> {
    for (;;) {
      try {
        if (this.#next(ONE_IN.standsStill) === 0) this.#leave(step);
        await this.#attempt(step);
        if (this.#next(ONE_IN.repeated) > 0) return;
      } catch (error) {
        if (!(error instanceof Died || error instanceof Transient)) throw error;
      }
    }
  }

  /** Begins an attempt for which nobody waits. */
  #leave(step: Step): void {
    this.#late.push(this.#attempt(step).catch(expected));
  }

  async #attempt(step: Step): Promise<void> {
    const turn = async (): Promise<void> => {
      await stall(this.#next);
      if (this.#next(ONE_IN.dies) === 0) throw new Died();
    };
    await step(shakyWorker(this.#services, this.#driver, turn));
  }
}

function expected(error: unknown): void {
  if (!(error instanceof Died || error instanceof RuleError)) throw error;
}
