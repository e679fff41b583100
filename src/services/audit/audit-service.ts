import type { FilterQuery, InferEntity } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import { limited, keysetPages } from '../../database/keyset-pages.ts';

const PAGE = 2000;

/** `requestId` gives what one request changed. */
export type AuditFilter = { limit?: number | undefined; requestId?: string | undefined };
export type AuditRow = InferEntity<typeof AuditEntry>;

/** What was changed, when, and by whom. */
export class AuditService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
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
    return this.#database
      .read((em) => em.find(AuditEntry, where, { orderBy: { id: 'desc' }, limit }))
      .catch((error: Error) => {
        if (error.name === 'SchemaMissing') return [];
        throw error;
      });
  }
}
