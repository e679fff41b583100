import type { MikroORM } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { described } from './transact.ts';

/** What was changed, when, and by whom. */
export class AuditService {
  readonly #orm: MikroORM;
  readonly #address: DatabaseAddress;

  constructor(orm: MikroORM, address: DatabaseAddress) {
    this.#orm = orm;
    this.#address = address;
  }

  /** Newest first; empty where keyward has never written, so before `db sync` too. */
  async list({ limit, requestId }: { limit: number; requestId?: string | undefined }) {
    const where = requestId ? { requestId } : {};
    return described(this.#orm, this.#address, () =>
      this.#orm.em.fork().find(AuditEntry, where, { orderBy: { id: 'desc' }, limit }),
    ).catch((error: Error) => {
      if (error.name === 'SchemaMissing') return [];
      throw error;
    });
  }
}
