import { types } from 'node:util';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError, Transient, Unavailable } from '../rules/errors.ts';
import { describeTlsError } from './tls-errors.ts';

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
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Serialization failure, deadlock. */
const COLLIDED = ['40001', '40P01'];
const DUPLICATE = '23505';
/** Also a lock that was not had, a server that stops or starts, too many connections; besides, all of class 08. */
const PASSING = new Set([...COLLIDED, DUPLICATE, '55P03', '57P01', '57P02', '57P03', '53300']);
const SYNTAX_ERROR = '42601';
const SETTING = 'KEYWARD_KEYSTONE_DATABASE_URL or `[database] connection`';
const LOST = /terminat|timeout exceeded|timeout expired|connection error|not queryable/i;

/**
 * Says in the operator's words why the database could not be used. What may pass by itself (a lost connection, a
 * deadlock, a unique violation by a keystone-manage beside us) is Transient; what the server refuses is a RuleError;
 * anything that is no database error is given back as it is. Neither statement, password nor URL is repeated.
 */
export function describeDatabaseError(error: unknown, address: DatabaseAddress): unknown {
  if (error instanceof RuleError || !isError(error)) return error;
  const { code, cause } = rooted(error);
  const where = `the database ${address.database} at ${address.host}${address.host.startsWith('/') ? '' : `:${address.port}`}`;
  const tls = describeTlsError(cause, address, where);
  if (tls) return tls;
  if (code === '28P01' || code === '28000') {
    return new Unavailable(
      'DatabaseAuthenticationFailed',
      `User ${address.user} may not log in to ${where}: ${cause.message}.`,
      `Correct the user or password in ${SETTING}.`,
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
  if (code && (UNREACHABLE.has(code) || PASSING.has(code) || /^08\w{3}$/.test(code)))
    return passing(where, cause);
  // One of our statements that can't be parsed is a bug, whatever the server.
  if (code && SQLSTATE.test(code) && code !== SYNTAX_ERROR) return refusal(code, cause, address);
  return LOST.test(cause.message) ? passing(where, cause) : error;
}

/** Whether repeating the transaction may do: it met another one, or a row came or went between two of its statements. */
export function isCollision(error: unknown): boolean {
  const code = isError(error) ? rooted(error).code : undefined;
  return code !== undefined && [...COLLIDED, '23503'].includes(code);
}

/** What PostgreSQL says of a row that is there already; null for any other error. */
export function duplicateDetail(error: unknown): string | null {
  if (!isError(error)) return null;
  const { code, cause } = rooted(error);
  return code === DUPLICATE ? ((cause as { detail?: string }).detail ?? '') : null;
}

const CURES: Record<string, (address: DatabaseAddress) => string> = {
  '42501': ({ user }) =>
    `Grant user ${user} what is missing (to write Keystone's tables and those of the schema keyward; for \`keyward db sync\`, to make them), or name another user in ${SETTING}.`,
  '25006': () =>
    `Name the server that takes writes in ${SETTING}; this one is a replica, or set to read only.`,
  '53100': () => "Make room on the server's disk, then repeat the command.",
};
const compareSchema = (): string =>
  "Compare the schema with `keyward db sync --check`, and see the server's log.";

const refusal = (code: string, cause: Error, address: DatabaseAddress): RuleError =>
  new RuleError('DatabaseRefused', `The database ${address.database} answered ${code}: ${cause.message}.`, {
    cure: (CURES[code] ?? compareSchema)(address),
  });

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
