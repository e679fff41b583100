import type { MikroORM } from '@mikro-orm/postgresql';
import { describeDatabaseError } from '../../database/describe-error.ts';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { RuleError } from '../../rules/errors.ts';

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
    try {
      return await this.#orm.em
        .fork()
        .find(AuditEntry, requestId ? { requestId } : {}, { orderBy: { id: 'desc' }, limit });
    } catch (error) {
      const described = describeDatabaseError(error, this.#address);
      if (described instanceof RuleError && described.name === 'SchemaMissing') return [];
      throw described;
    }
  }
}
