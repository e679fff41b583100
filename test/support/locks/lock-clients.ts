import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { ComputeServices } from '../../../src/engine/open-compute.ts';
import { NOBODY } from '../../../src/rules/compute/caller.ts';
import type { BatchDone, FleetFilter, Locking, Selection } from '../../../src/rules/compute/lock-request.ts';
import { RuleError, Transient } from '../../../src/rules/errors.ts';
import type { TestCells } from '../cloud/cells.ts';
import { deleteRequest, HOST, OWNER } from '../cloud/new-servers.ts';
import type { TestPostgres } from '../cloud/postgres.ts';
import { plantServers } from '../cloud/servers.ts';
import { faultsOf, type Operation, type Read } from './lock-history.ts';

/** The database's clock says that it is over. */
export const PAST = { at: '2026-01-01T00:00:00.000Z' };
const EVERY: FleetFilter = { projectId: null, host: null, availabilityZone: null, name: null, status: null };
const CALLERS = { owner: OWNER, admin: NOBODY };

type By = Operation['by'];
/** Services of several workers, each with connections of its own. */
export type Workers = ComputeServices[];
export type Rig = { server: TestPostgres; cells: TestCells; cell: string };

/** Makes the request to change the lock of one server; `requestId` is the same in a repeated attempt. */
export const lockRequest = (
  uuid: string,
  cell: string,
  by: By,
  locking: Locking,
  requestId: string = randomUUID(),
) => ({ ...deleteRequest(uuid, cell, { caller: CALLERS[by], requestId }), cell, locking });

/** Makes the request to change the locks of servers of a cell, in one batch. */
export const fleetRequest = (
  cell: string,
  by: By,
  locking: Locking,
  selection: Selection,
  requestId: string = randomUUID(),
) => ({ ...lockRequest('', cell, by, locking, requestId), selection, after: 0, batch: 'run/1' });

export const byName = (name: string, force: boolean): Selection => ({
  by: 'filter',
  filter: { ...EVERY, name },
  force,
});

/** Makes the request to end a lease in a cell, in one batch. */
export const leaseRequest = (lease: string, cell: string, batch = 'run/1') => ({
  ...lockRequest('', cell, 'admin', { kind: 'unlock' }, lease),
  after: 0,
  batch,
});

/** Repeats what may pass by itself, as Temporal repeats a step. */
export async function repeated<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Transient) || attempt === 5) throw error;
    }
}

const ROWS = `select i.deleted <> 0 as "isGone", coalesce(i.locked, false) as "isLocked", i.locked_by as "lockedBy",
    (select coalesce(json_agg(value order by id), '[]') from instance_system_metadata
      where instance_uuid = i.uuid and key = 'locked_reason') as reasons,
    (select json_build_object('by', locked_by, 'reason', reason, 'request', request_id, 'lease', lease_id)
      from keyward.server_lock where instance_uuid = i.uuid) as intent,
    (select coalesce(json_agg(json_build_object('kind', action, 'request', substr(request_id, 5)) order by id), '[]')
      from instance_actions where instance_uuid = i.uuid) as actions
  from instances i where i.uuid = $1`;

/** Each entry of the audit of one server's lock, in their order, and whether it begins with what the one before ended with. */
const AUDIT = `select action as kind, request_id as request,
    before = lag(after - 'until', 1, '{"locked": false, "locked_by": null, "locked_reason": null}') over (order by id)
      as "isNext"
  from keyward.audit where resource_id = $1 and action in ('lock', 'unlock') order by id`;

/** Servers whose rows, actions and keyward's own row do not all tell the same of a lock; every lock is one of keyward's. */
const TORN = `select i.uuid, i.locked, i.locked_by, said.reasons, newest.action, newest.request_id, l.*
  from instances i left join keyward.server_lock l on l.instance_uuid = i.uuid,
    lateral (select array(select value::text from instance_system_metadata
      where instance_uuid = i.uuid and key = 'locked_reason') as reasons) said
    left join lateral (select action, request_id from instance_actions a
      where instance_uuid = i.uuid and action in ('lock', 'unlock') order by id desc limit 1) newest on true
  where i.locked is distinct from (l.instance_uuid is not null) or i.locked_by::text is distinct from l.locked_by
    or said.reasons <> array_remove(array[l.reason::text], null)
    or i.locked is distinct from (newest.action is not distinct from 'lock')
    or (i.locked and newest.request_id is distinct from 'req-' || l.request_id)`;

export const tornLocks = ({ server, cells }: Rig): Promise<object[]> =>
  server.query(cells.databaseOf('cell1'), TORN);

/** Many clients that change the lock of one server at once, by the services of several workers; all is recorded. */
export class LockClients {
  readonly uuid: string;
  readonly #rig: Rig;
  readonly #operations: Operation[] = [];
  readonly #reads: Read[] = [];

  private constructor(rig: Rig, uuid: string) {
    this.#rig = rig;
    this.uuid = uuid;
  }

  /** Plants a new server in cell1, which is named after its uuid. */
  static async plant(rig: Rig): Promise<LockClients> {
    const uuid = randomUUID();
    await plantServers(rig, 'cell1', [{ uuid, display_name: uuid, project_id: OWNER.projectId, host: HOST }]);
    return new LockClients(rig, uuid);
  }

  /** Two workers at once may do the same request, as where the first one was taken for dead. */
  async apply(workers: Workers, by: By, locking: Locking, request?: string): Promise<void> {
    const asked = lockRequest(this.uuid, this.#rig.cell, by, locking, request);
    const what =
      locking.kind === 'unlock'
        ? { kind: 'unlock' as const }
        : { kind: 'lock' as const, reason: locking.reason, lease: locking.lease?.id ?? null };
    await this.#record({ request: asked.requestId, by, what }, () =>
      anyOf(workers.map((worker) => worker.serverLocks.apply(asked).then(() => 'done'))),
    );
  }

  /** Locks all servers of this one's name. */
  async lockFleet(worker: ComputeServices, by: By, reason: string, force: boolean): Promise<void> {
    const locking = { kind: 'lock' as const, reason, lease: null };
    const asked = fleetRequest(this.#rig.cell, by, locking, byName(this.uuid, force));
    const what = { kind: 'lock' as const, reason, lease: null, unlessLocked: !force };
    await this.#record({ request: asked.requestId, by, what }, async () => {
      await worker.fleetLocks.begin(asked);
      return outcomeOf(await worker.fleetLocks.change(asked), 'InstanceNotFound');
    });
  }

  /** Takes off what a request has put on. */
  async unlockRun(worker: ComputeServices, by: By, onlyOf: string): Promise<void> {
    const selection = { by: 'run' as const, requestId: onlyOf };
    const asked = fleetRequest(this.#rig.cell, by, { kind: 'unlock' }, selection);
    await this.#record({ request: asked.requestId, by, what: { kind: 'unlock', onlyOf } }, async () => {
      await worker.fleetLocks.begin(asked);
      return outcomeOf(await worker.fleetLocks.change(asked), 'left');
    });
  }

  /** Ends a lease of this role's; several workers do the same batch at once, and are told the same. */
  async endLease(workers: Workers, by: By, lease: string, batch?: string): Promise<void> {
    const asked = leaseRequest(lease, this.#rig.cell, batch);
    await this.#record({ request: lease, by, what: { kind: 'unlock', onlyOf: lease } }, async () => {
      const told = await Promise.all(workers.map((worker) => repeated(() => worker.lockLeases.end(asked))));
      const outcomes = told.map((done) => outcomeOf(done, 'left'));
      return outcomes.find((outcome) => outcome === 'done') ?? outcomes[0]!;
    });
  }

  async delete(worker: ComputeServices, by: By): Promise<void> {
    const asked = deleteRequest(this.uuid, this.#rig.cell, { caller: CALLERS[by] });
    const named = { request: asked.requestId, by };
    const begun = await this.#record({ ...named, what: { kind: 'deletion' } }, () =>
      worker.serverDeletion.begin(asked).then(() => 'done'),
    );
    if (begun !== 'done') return;
    await this.#record({ ...named, what: { kind: 'gone' } }, () =>
      worker.serverDeletion.finish(asked).then(() => 'done'),
    );
  }

  async read(): Promise<Read> {
    const read = await this.#see();
    this.#reads.push(read);
    return read;
  }

  /** Tells what is wrong with all that was done, when it has ended. */
  async faults(): Promise<string[]> {
    const final = await this.#see();
    const audited = await this.#query<{ kind: string; request: string; isNext: boolean }>(AUDIT);
    const changes = final.actions.filter(({ kind }) => kind !== 'delete');
    const isAudited =
      audited.every(({ isNext }) => isNext) &&
      JSON.stringify(audited.map(({ kind, request }) => ({ kind, request }))) === JSON.stringify(changes);
    return [
      ...faultsOf({ operations: this.#operations, reads: this.#reads, final }),
      ...(isAudited ? [] : [`The audit does not follow the actions: ${JSON.stringify(audited)}`]),
    ];
  }

  /** How often each outcome was seen. */
  outcomes = (): string[] => this.#operations.map(({ what, outcome }) => `${what.kind} ${outcome}`);

  async #see(): Promise<Read> {
    const invokedAt = performance.now();
    const [row] = await this.#query<Omit<Read, 'invokedAt' | 'respondedAt'>>(ROWS);
    return { ...row!, invokedAt, respondedAt: performance.now() };
  }

  #query<T extends object>(sql: string): Promise<T[]> {
    const { server, cells } = this.#rig;
    return server.query<T>(cells.databaseOf('cell1'), sql, [this.uuid]);
  }

  async #record(
    operation: Omit<Operation, 'invokedAt' | 'respondedAt' | 'outcome'>,
    work: () => Promise<string>,
  ): Promise<string> {
    const invokedAt = performance.now();
    const outcome = await work().catch(nameOf);
    this.#operations.push({ ...operation, invokedAt, respondedAt: performance.now(), outcome });
    return outcome;
  }
}

/** A refusal has a name of its own; anything else is a failure of the product. */
function nameOf(error: unknown): string {
  if (error instanceof RuleError) return error.name;
  throw error;
}

const outcomeOf = ({ changed, left, refused }: BatchDone, none: string): string => {
  if (changed + left + refused > 1) return 'counted too many';
  if (changed === 1) return 'done';
  if (refused === 1) return 'AdminLock';
  return left === 1 ? 'left' : none;
};

/** Waits for all attempts at one request, of which one is enough. */
async function anyOf(attempts: Promise<string>[]): Promise<string> {
  const names = await Promise.all(attempts.map((attempt) => attempt.catch(nameOf)));
  return names.includes('done') ? 'done' : names[0]!;
}
