import type { InferEntity, MikroORM } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { described } from './transact.ts';

const PAGE = 2000;

type AuditFilter = { limit?: number | undefined; requestId?: string | undefined };
export type AuditRow = InferEntity<typeof AuditEntry>;

/** What was changed, when, and by whom. */
export class AuditService {
  readonly #orm: MikroORM;
  readonly #address: DatabaseAddress;

  constructor(orm: MikroORM, address: DatabaseAddress) {
    this.#orm = orm;
    this.#address = address;
  }

  /** Pages, newest first; none where keyward has never written, so before `db sync` too. */
  async *list({ limit, requestId }: AuditFilter): AsyncGenerator<AuditRow[]> {
    let before: number | null = null;
    let left = limit ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      const size = Math.min(left, PAGE);
      const page: AuditRow[] = await this.#page({ ...(requestId && { requestId }) }, before, size);
      if (page.length > 0) yield page;
      if (page.length < size) return;
      left -= size;
      before = page.at(-1)!.id;
    }
  }

  async #page(where: { requestId?: string }, before: number | null, limit: number): Promise<AuditRow[]> {
    const older = before === null ? where : { ...where, id: { $lt: before } };
    return described(this.#orm, this.#address, () =>
      this.#orm.em.fork().find(AuditEntry, older, { orderBy: { id: 'desc' }, limit }),
    ).catch((error: Error) => {
      if (error.name === 'SchemaMissing') return [];
      throw error;
    });
  }
}
