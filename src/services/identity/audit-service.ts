import type { FilterQuery, InferEntity, MikroORM } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { limited, keysetPages } from './keyset-pages.ts';
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
  list({ limit, requestId }: AuditFilter): AsyncGenerator<AuditRow[]> {
    const size = Math.min(limit ?? PAGE, PAGE);
    return limited(
      limit,
      keysetPages<AuditRow>(size, (last) =>
        this.#page({ ...(requestId && { requestId }), ...(last && { id: { $lt: last.id } }) }, size),
      ),
    );
  }

  #page(where: FilterQuery<AuditRow>, limit: number): Promise<AuditRow[]> {
    return described(this.#orm, this.#address, () =>
      this.#orm.em.fork().find(AuditEntry, where, { orderBy: { id: 'desc' }, limit }),
    ).catch((error: Error) => {
      if (error.name === 'SchemaMissing') return [];
      throw error;
    });
  }
}
