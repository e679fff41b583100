import { type EntityManager, IsolationLevel, type MikroORM } from '@mikro-orm/postgresql';
import { describeDatabaseError } from '../../database/describe-error.ts';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import { type BootstrapPlan, planBootstrap } from '../../rules/bootstrap-plan.ts';
import type { BootstrapReport, BootstrapRequest, ReportedChange } from '../../rules/bootstrap-request.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { RuleError } from '../../rules/errors.ts';
import { reportChange } from '../../rules/report-change.ts';
import { type AuditedChange, writeAudit } from './audit-writer.ts';
import { GuardedResource } from './guarded/guarded-resource.ts';
import { type ComparePassword, readSnapshot } from './identity-reader.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

const OPERATION = 'bootstrap';
const LOCK = "hashtext('keyward bootstrap')";

/** Bootstraps a cloud's identity: plans in one read-only transaction, applies in one transaction. */
export class BootstrapService {
  readonly #orm: MikroORM;
  readonly #address: DatabaseAddress;

  constructor(orm: MikroORM, address: DatabaseAddress) {
    this.#orm = orm;
    this.#address = address;
  }

  /** What `apply` would change now; writes nothing. */
  async plan(request: BootstrapRequest): Promise<BootstrapReport> {
    return this.#described(async () => {
      const { changes, warnings } = await this.#planNow(request, new PasswordMemory(request));
      return reportOf(
        request,
        changes.map((change) => reportChange(change, null)),
        warnings,
      );
    });
  }

  /**
   * Applies what is missing, all of it or nothing, and audits it in the same transaction. A repeat under the same
   * request id gives the first one's report: its COMMIT may have been lost on the way.
   */
  async apply(request: BootstrapRequest): Promise<BootstrapReport> {
    return this.#described(async () => {
      const passwords = new PasswordMemory(request);
      // The slow hash is made before the lock is taken, not while others wait for it.
      const expected = await this.#planNow(request, passwords);
      if (expected.changes.some(({ kind }) => kind === 'create-user' || kind === 'reset-password'))
        await passwords.hash();
      return this.#orm.em.fork().transactional((em) => applyUnderLock(em, request, passwords), {
        isolationLevel: IsolationLevel.READ_COMMITTED,
      });
    });
  }

  #planNow(request: BootstrapRequest, { compare }: PasswordMemory): Promise<BootstrapPlan> {
    const readOnly = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true };
    return this.#orm.em
      .fork()
      .transactional(
        async (em) => planBootstrap(await readSnapshot(em, request, compare), request),
        readOnly,
      );
  }

  async #described<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw describeDatabaseError(error, this.#address);
    }
  }
}

async function applyUnderLock(
  em: EntityManager,
  request: BootstrapRequest,
  passwords: PasswordMemory,
): Promise<BootstrapReport> {
  await em.execute(`select pg_advisory_xact_lock(${LOCK})`);
  const applied = await em.find(
    AuditEntry,
    { requestId: request.requestId, operation: OPERATION },
    { orderBy: { id: 'asc' } },
  );
  const there = await readSnapshot(em, request, passwords.compare);
  const { changes, warnings } = planBootstrap(there, request);
  if (applied.length > 0) return reportOf(request, applied.map(reported), warnings);
  const actor = { ...request, operation: OPERATION };
  const writer = new GuardedResource(em, actor).repair(request, there, () => passwords.hash());
  const done: (ReportedChange & AuditedChange)[] = [];
  for (const change of changes) {
    const { id, before, after } = await writer.write(change);
    done.push({ ...reportChange(change, id), before, after });
  }
  if (done.length > 0) {
    await writeAudit(em, actor, done);
    await assertComplete(em, request, passwords);
  }
  return reportOf(
    request,
    done.map(({ action, resource, name, id }) => ({ action, resource, name, id })),
    warnings,
  );
}

/** Rolls everything back if something is still missing: a trigger or a rule of the database may have interfered. */
async function assertComplete(
  em: EntityManager,
  request: BootstrapRequest,
  { compare }: PasswordMemory,
): Promise<void> {
  em.clear();
  const { changes } = planBootstrap(await readSnapshot(em, request, compare), request);
  if (changes.length === 0) return;
  const missing = changes.map((change) =>
    Object.values(reportChange(change, null)).filter(Boolean).join(' '),
  );
  throw new RuleError(
    'BootstrapIncomplete',
    `The database did not keep what was written; still missing: ${missing.join(', ')}.`,
    {
      cure: 'Nothing was changed. Look for triggers or rules on its tables.',
    },
  );
}

/** The request's password: hashed once, and each stored hash compared once. */
class PasswordMemory {
  readonly #request: BootstrapRequest;
  readonly #known = new Map<string, ReturnType<ComparePassword>>();
  #hash: Promise<string> | null = null;

  constructor(request: BootstrapRequest) {
    this.#request = request;
  }

  readonly compare: ComparePassword = (stored) => {
    const known = this.#known.get(stored) ?? verifyPassword(this.#request.password!, stored);
    this.#known.set(stored, known);
    return known;
  };

  async hash(): Promise<string> {
    this.#hash ??= hashPassword(this.#request.password!, this.#request.passwordHashing);
    this.#known.set(await this.#hash, Promise.resolve('matches'));
    return this.#hash;
  }
}

function reportOf(
  { requestId }: BootstrapRequest,
  changes: ReportedChange[],
  warnings: string[],
): BootstrapReport {
  const userCreated = changes.some(({ action, resource }) => action === 'create' && resource === 'user');
  return { requestId, changes, warnings, userCreated };
}

const reported = (row: {
  action: string;
  resourceType: string;
  resourceName: string;
  resourceId?: string | null | undefined;
}): ReportedChange => ({
  action: row.action,
  resource: row.resourceType,
  name: row.resourceName,
  id: row.resourceId ?? null,
});
