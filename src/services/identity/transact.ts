import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { describeDatabaseError } from '../../database/describe-error.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { RuleError } from '../../rules/errors.ts';

const ATTEMPTS = 5;
/** Serialization failure, deadlock, and a row that came or went between two statements (a real Keystone beside us). */
const PASSING = new Set(['40001', '40P01', '23503']);
const DUPLICATE = '23505';

/** One READ COMMITTED transaction, repeated when it collided with another one; errors in the operator's words. */
export async function transact<T>(
  orm: MikroORM,
  address: DatabaseAddress,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await orm.em.fork().transactional(work);
    } catch (error) {
      const code = sqlState(error);
      if (code && PASSING.has(code) && attempt < ATTEMPTS) continue;
      if (code === DUPLICATE) throw duplicate(error);
      throw describeDatabaseError(error, address);
    }
  }
}

/** One read; errors in the operator's words. */
export async function described<T>(address: DatabaseAddress, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw describeDatabaseError(error, address);
  }
}

function sqlState(error: unknown): string | undefined {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  return cause ? sqlState(cause) : undefined;
}

/** PostgreSQL names the columns and values: `Key (name, domain_id)=(x, default) already exists.` */
function duplicate(error: unknown): RuleError {
  const { detail, cause } = error as { detail?: string; cause?: { detail?: string } };
  const [, columns, values] = /\(([^=]*)\)=\((.*)\) already exists/.exec(detail ?? cause?.detail ?? '') ?? [];
  const what = columns ? `${columns} ${values}` : 'what was asked for';
  return new RuleError('Conflict', `There is one already: ${what}. Nothing was changed.`, {
    cure: 'Choose another name, or change the one that is there.',
  });
}
