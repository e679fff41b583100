import { types } from 'node:util';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError, Transient, Unavailable } from '../rules/errors.ts';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ECONNRESET',
  'EPIPE',
]);
const PASSING = /^(40001|40P01|55P03|57P0[123]|53300|08\w{3}|23505)$/;
const LOST = /terminat|timeout exceeded|timeout expired|connection error|not queryable/i;

/**
 * Says in the operator's words why the database could not be used. What may pass by itself (a lost connection, a
 * deadlock, a unique violation by a keystone-manage beside us) is Transient; anything that is no database error is given
 * back as it is. Neither password nor URL is repeated.
 */
export function describeDatabaseError(error: unknown, address: DatabaseAddress): unknown {
  if (error instanceof RuleError || !isError(error)) return error;
  const { code, cause } = rooted(error);
  const where = `the database ${address.database} at ${address.host}${address.host.startsWith('/') ? '' : `:${address.port}`}`;
  if (code === '28P01' || code === '28000') {
    return new Unavailable(
      'DatabaseAuthenticationFailed',
      `User ${address.user} may not log in to ${where}: ${cause.message}.`,
      'Correct the user or password in KEYWARD_KEYSTONE_DATABASE_URL or `[database] connection`.',
    );
  }
  if (code === '3D000') {
    return new Unavailable(
      'DatabaseMissing',
      `There is no such thing as ${where}.`,
      'Create it, or correct its name in the URL.',
    );
  }
  if (code === '42P01' || code === '3F000') {
    return new RuleError('SchemaMissing', `In ${where} a table is missing: ${cause.message}.`, {
      cure: 'Run `keyward db sync`, or name a Keystone database.',
    });
  }
  if (code && (UNREACHABLE.has(code) || PASSING.test(code))) return passing(where, cause);
  return LOST.test(cause.message) ? passing(where, cause) : error;
}

const passing = (where: string, cause: Error): Transient =>
  new Transient(
    'DatabaseUnreachable',
    `${where[0]!.toUpperCase()}${where.slice(1)} can't be used: ${cause.message}.`,
    'Check that it runs and is reachable, then repeat the command.',
  );

/** The driver's error below MikroORM's, or the first of several connection attempts. */
function rooted(error: Error): { code: string | undefined; cause: Error } {
  const inner = (error as AggregateError).errors?.[0] ?? error.cause;
  if (isError(inner)) return rooted(inner);
  return { code: (error as { code?: string }).code, cause: error };
}

/** Of any realm: under jest the socket's errors are not of the test's `Error`. */
const isError = (value: unknown): value is Error => types.isNativeError(value);
