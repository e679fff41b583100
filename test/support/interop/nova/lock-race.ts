import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { Caller } from '../../../../src/rules/compute/caller.ts';
import type { LockedBy } from '../../../../src/rules/compute/instance-lock.ts';
import type { Locking } from '../../../../src/rules/compute/lock-request.ts';
import { RuleError } from '../../../../src/rules/errors.ts';
import { until } from '../../home/cli.ts';
import type { LockOp, LockRows, Newest, Round } from './lock-outcomes.ts';
import type { NovaOnHome } from './nova-on-home.ts';
import type { NovaProject } from './project.ts';
import { StepByStep } from './step-by-step.ts';

/**
 * When keyward changes the lock. Nova has read the server by then, and has stopped in front of its action's row (`lock-note`) or
 * behind it and in front of what it saves (`lock-save`; rig/locks.py). `in-save`: Nova saves, and waits for the row that
 * keyward holds. A number: both go their ways, and keyward begins so many milliseconds later.
 */
export type Order = 'lock-note' | 'lock-save' | 'in-save' | number;
export type Plan = { before: LockOp | null; ours: LockOp; theirs: LockOp; order: Order };

const CELL = 'nova_cell1';

/** Lets keyward and Nova's API change the lock of one server at the same time. */
export class LockRace {
  readonly #on: NovaOnHome;
  readonly #steps: StepByStep;
  /** An admin acts as such in another project only. */
  readonly #projects: Record<LockedBy, NovaProject>;

  constructor(on: NovaOnHome) {
    this.#on = on;
    this.#steps = new StepByStep(on);
    this.#projects = { owner: on.project, admin: on.nova.project() };
  }

  /** Runs a round on a server of its own. */
  async run({ before, ours, theirs, order }: Plan): Promise<Round> {
    const { uuid: id } = await this.#steps.place('raced');
    if (before) await this.lock(id, before);
    const [our, their] = await this.#both(order, {
      lock: () => this.lock(id, ours),
      call: () => this.#call(id, theirs),
      project: this.#projects[theirs.as],
    });
    const newest = await this.#newest(id, our.requestId, their.requestId);
    const end = { rows: await this.rows(id), newest, done: our.done, status: their.status };
    return { id, before, ours, theirs, end };
  }

  /** Changes the lock as keyward does; `done` is false where it refuses that. */
  async lock(uuid: string, { kind, as, reason }: LockOp): Promise<{ done: boolean; requestId: string }> {
    const { services, cell, project } = this.#on;
    const locking: Locking = kind === 'lock' ? { kind, reason, lease: null } : { kind };
    const caller: Caller =
      as === 'owner' ? { userId: 'alice', projectId: project.id } : { userId: null, projectId: null };
    const request = {
      target: '0123456789ab',
      requestId: randomUUID(),
      workflow: 'serverLock',
      askedAt: new Date().toISOString(),
      requester: { user: 'operator', sudoUser: null, host: this.#on.host },
      uuid,
      cell,
      host: null,
      caller,
      locking,
    };
    const done = await services.serverLocks.apply(request).then(
      () => true,
      (error: unknown) => {
        if (error instanceof RuleError && error.name === 'AdminLock') return false;
        throw error;
      },
    );
    return { done, requestId: `req-${request.requestId}` };
  }

  /** Reads the rows of a lock. */
  async rows(id: string): Promise<LockRows> {
    const [row] = await this.#query<Omit<LockRows, 'reasons'>>(
      `select coalesce(locked, false) as locked, locked_by as "lockedBy" from instances where uuid = '${id}'`,
    );
    const reasons = await this.#query<{ value: string }>(
      `select value from instance_system_metadata where instance_uuid = '${id}' and key = 'locked_reason' order by id`,
    );
    return { ...row!, reasons: reasons.map(({ value }) => value) };
  }

  async #call(id: string, { kind, as, reason }: LockOp): Promise<{ status: number; requestId: string }> {
    const project = this.#projects[as];
    const user = as === 'owner' ? project.member : project.admin;
    const body =
      kind === 'lock' ? { lock: reason === null ? null : { locked_reason: reason } } : { unlock: null };
    const { status, headers } = await user.call('POST', `/servers/${id}/action`, body);
    return { status, requestId: headers.get('x-openstack-request-id')! };
  }

  async #newest(id: string, ours: string, theirs: string): Promise<Newest> {
    const [row] = await this.#query<{ request: string }>(
      `select request_id as request from instance_actions where instance_uuid = '${id}' and action in ('lock', 'unlock')
       order by id desc limit 1`,
    );
    if (row?.request === ours) return 'ours';
    return row?.request === theirs ? 'theirs' : 'before';
  }

  /** Does both in an order; Nova may end before a gate, where it refuses, and keyward before it would wait. */
  async #both<A, B>(
    order: Order,
    { lock, call, project }: { lock: () => Promise<A>; call: () => Promise<B>; project: NovaProject },
  ): Promise<[A, B]> {
    if (typeof order === 'number') return Promise.all([after(order).then(lock), call()]);
    if (order === 'in-save') {
      const letGo = await this.#on.home.holdUp('lock table keyward.server_lock in exclusive mode', CELL);
      const locked = await reached(lock, () => this.#on.home.isHeldUp('relation', CELL));
      const called = await reached(call, () => this.#isWaiting());
      await letGo();
      return Promise.all([locked.end, called.end]);
    }
    const gate = await project.stopAt(order);
    const called = await reached(call, async () => (await gate.count()) === 1);
    const locked = await lock();
    await gate.release();
    return [locked, await called.end];
  }

  /** Whether somebody waits for a row. */
  async #isWaiting(): Promise<boolean> {
    const waiting = await this.#query(
      `select from pg_stat_activity where datname = '${CELL}' and wait_event_type = 'Lock'
         and wait_event in ('transactionid', 'tuple')`,
    );
    return waiting.length > 0;
  }

  #query<T extends object>(sql: string): Promise<T[]> {
    return this.#on.home.query<T>(sql, CELL);
  }
}

/** Begins something, and waits until it is at a place, or has ended. The end is in an object, so that nothing awaits it. */
async function reached<T>(
  begin: () => Promise<T>,
  isThere: () => Promise<boolean>,
): Promise<{ end: Promise<T> }> {
  let hasEnded = false;
  const end = begin().finally(() => {
    hasEnded = true;
  });
  end.catch(() => {});
  await until(async () => hasEnded || (await isThere()));
  return { end };
}
