import type { EntityManager } from '@mikro-orm/postgresql';
import { lockTask } from '../../database/advisory-lock.ts';
import type { Database } from '../../database/database.ts';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import { mutableRoleWarnings, planBootstrap } from '../../rules/identity/bootstrap/plan.ts';
import type {
  BootstrapReport,
  BootstrapRequest,
  PlanRequest,
  ReportedChange,
} from '../../rules/identity/bootstrap/request.ts';
import { RuleError } from '../../rules/errors.ts';
import type { IdentitySnapshot } from '../../rules/identity/bootstrap/snapshot.ts';
import type { Asked } from '../../rules/run-request.ts';
import { reportChange } from '../../rules/identity/bootstrap/report-change.ts';
import { type AuditedChange, writeAudit } from '../audit/audit-writer.ts';
import { GuardedResource } from './guarded/guarded-resource.ts';
import { type ComparePassword, readSnapshot } from './bootstrap-reader.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { acceptRequest, markApplied, wasApplied, withdrawRequest } from '../request-ledger.ts';

const OPERATION = 'bootstrap';

/** Bootstraps a cloud's identity: plans in one read-only transaction, applies in one transaction. */
export class BootstrapService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What `apply` would change now; writes nothing. */
  async plan(request: PlanRequest): Promise<BootstrapReport> {
    const { compare } = new PasswordMemory(request);
    return this.#database.snapshot(async (em) => {
      const there = await readSnapshot(em, request, compare);
      const changes = planBootstrap(there, request).map((change) => reportChange(change, null));
      return reportOf(request, there, changes);
    });
  }

  /** The first step of a run: records the request, or refuses it, and plans. Writes nothing of Keystone's. */
  async begin(request: Asked<BootstrapRequest>): Promise<BootstrapReport> {
    try {
      return await this.#begun(request);
    } catch (error) {
      throw error instanceof RuleError ? error.leaving('unchanged') : error;
    }
  }

  async #begun(request: Asked<BootstrapRequest>): Promise<BootstrapReport> {
    const { requestId } = request;
    const isApplied = await this.#database.transactOnce(null, (em) => acceptRequest(em, OPERATION, request));
    if (isApplied) return (await this.settle(requestId))!;
    const report = await this.plan(request);
    // Otherwise the same request could still be applied later, when there is something to change.
    if (report.changes.length === 0)
      await this.#database.transactOnce(null, (em) => markApplied(em, requestId));
    return report;
  }

  /**
   * Makes sure of what came of a request, for somebody whose run has ended without a report: gives what it changed, or
   * null, and then it never changes anything any more.
   */
  async settle(requestId: string): Promise<BootstrapReport | null> {
    return this.#database.transactOnce(null, async (em) => {
      const isWithdrawn = await withdrawRequest(em, OPERATION, requestId);
      const changes = await changesOf(em, requestId);
      // Without a row of its own a request may have been applied long ago, or by a keyward that kept none.
      if (isWithdrawn && changes.length === 0) return null;
      return { requestId, changes, warnings: [], userCreated: createdUser(changes) };
    });
  }

  /**
   * Applies what is missing, all of it or nothing, and audits it in the same transaction. A repeat under the same
   * request id gives the first one's report, whatever has changed since: its COMMIT may have been lost on the way.
   */
  async apply(request: BootstrapRequest): Promise<BootstrapReport> {
    const passwords = new PasswordMemory(request);
    // The slow hash is made before the lock is taken, not while others wait for it.
    if (await this.#database.snapshot((em) => needsHash(em, request, passwords))) await passwords.hash();
    return this.#database.transactOnce(request, (em) => applyUnderLock(em, request, passwords));
  }
}

/** What a request has changed, by the audit. */
async function changesOf(em: EntityManager, requestId: string): Promise<ReportedChange[]> {
  const rows = await em.find(AuditEntry, { requestId, operation: OPERATION }, { orderBy: { id: 'asc' } });
  return rows.map(({ action, resourceType, resourceName, resourceId }) => ({
    action,
    resource: resourceType,
    name: resourceName,
    id: resourceId ?? null,
  }));
}

async function needsHash(
  em: EntityManager,
  request: BootstrapRequest,
  { compare }: PasswordMemory,
): Promise<boolean> {
  if (await wasApplied(em, request.requestId, { lock: false })) return false;
  const changes = planBootstrap(await readSnapshot(em, request, compare), request);
  return changes.some(({ kind }) => kind === 'create-user' || kind === 'reset-password');
}

async function applyUnderLock(
  em: EntityManager,
  request: BootstrapRequest,
  passwords: PasswordMemory,
): Promise<BootstrapReport> {
  await lockTask(em, 'keyward bootstrap');
  const isApplied = await wasApplied(em, request.requestId);
  const there = await readSnapshot(em, request, passwords.compare);
  if (isApplied) return reportOf(request, there, await changesOf(em, request.requestId));
  const { requestId, requester } = request;
  const actor = { requestId, requester, operation: OPERATION };
  const writer = new GuardedResource(em, actor).bootstrapWriter(request, there, () => passwords.hash());
  const done: (ReportedChange & AuditedChange)[] = [];
  for (const change of planBootstrap(there, request)) {
    const { id, before, after } = await writer.write(change);
    done.push({ ...reportChange(change, id), before, after });
  }
  if (done.length > 0) {
    await writeAudit(em, actor, done);
    await assertComplete(em, request, passwords);
  }
  await markApplied(em, request.requestId);
  const changes = done.map(({ action, resource, name, id }) => ({ action, resource, name, id }));
  return reportOf(request, there, changes);
}

/** Rolls everything back if something is still missing: a trigger or a rule of the database may have interfered. */
async function assertComplete(
  em: EntityManager,
  request: BootstrapRequest,
  { compare }: PasswordMemory,
): Promise<void> {
  em.clear();
  const changes = planBootstrap(await readSnapshot(em, request, compare), request);
  if (changes.length === 0) return;
  const missing = changes.map((change) =>
    Object.values(reportChange(change, null)).filter(Boolean).join(' '),
  );
  throw new RuleError(
    'BootstrapIncomplete',
    `The database did not keep what was written; still missing: ${missing.join(', ')}.`,
    {
      cure: 'Look for triggers or rules on its tables.',
    },
  );
}

/** The request's password: hashed once, and each stored hash compared once. */
class PasswordMemory {
  readonly #request: PlanRequest;
  readonly #known = new Map<string, ReturnType<ComparePassword>>();
  #hash: Promise<string> | null = null;

  constructor(request: PlanRequest) {
    this.#request = request;
  }

  /** Nothing is compared or hashed where none was given. */
  get #password(): string {
    return this.#request.password as string;
  }

  readonly compare: ComparePassword = (stored) => {
    const known = this.#known.get(stored) ?? verifyPassword(this.#password, stored);
    this.#known.set(stored, known);
    return known;
  };

  async hash(): Promise<string> {
    this.#hash ??= hashPassword(this.#password, this.#request.passwordHashing);
    this.#known.set(await this.#hash, Promise.resolve('matches'));
    return this.#hash;
  }
}

function reportOf(request: PlanRequest, there: IdentitySnapshot, changes: ReportedChange[]): BootstrapReport {
  const warnings = mutableRoleWarnings(there, request, changes);
  return { requestId: request.requestId, changes, warnings, userCreated: createdUser(changes) };
}

const createdUser = (changes: ReportedChange[]): boolean =>
  changes.some(({ action, resource }) => action === 'create' && resource === 'user');
