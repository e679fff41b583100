import type { EntityManager, MikroORM, TransactionOptions } from '@mikro-orm/postgresql';
import { describeDatabaseError, duplicateDetail, isCollision } from '../../database/describe-error.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { RuleError } from '../../rules/errors.ts';
import { whyMissing } from './schema-facts.ts';

const ATTEMPTS = 5;

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
      if (isCollision(error) && attempt < ATTEMPTS) continue;
      const detail = duplicateDetail(error);
      if (detail !== null) throw conflict(detail);
      throw await whyMissing(describeDatabaseError(error, address), orm, address);
    }
  }
}

/** One transaction of that kind; errors in the operator's words. */
export function transactOnce<T>(
  orm: MikroORM,
  address: DatabaseAddress,
  kind: TransactionOptions,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  return described(orm, address, () => orm.em.fork().transactional(work, kind));
}

/** Errors of the database in the operator's words. */
export async function described<T>(
  orm: MikroORM,
  address: DatabaseAddress,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await whyMissing(describeDatabaseError(error, address), orm, address);
  }
}

/** PostgreSQL names the columns and values: `Key (name, domain_id)=(x, default) already exists.` */
function conflict(detail: string): RuleError {
  const [, columns, values] = /\(([^=]*)\)=\((.*)\) already exists/s.exec(detail) ?? [];
  const what = columns ? pairs(columns.split(', '), values!) : 'what was asked for';
  return new RuleError('Conflict', `There is one already: ${what}. Nothing was changed.`, {
    cure: 'Choose another name, or change the one that is there.',
  });
}

/** A value may have commas in it; then the pairs can't be told apart. Domains and global roles are in no real domain. */
function pairs(columns: string[], values: string): string {
  const each = values.split(', ');
  if (each.length !== columns.length) return `${columns.join(', ')} ${values}`;
  return columns
    .map((column, at) => `${column} ${each[at]}`)
    .filter((pair) => !pair.startsWith('domain_id <<'))
    .join(', ');
}
