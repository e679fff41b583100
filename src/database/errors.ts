import { types } from 'node:util';
import { type DatabaseAddress, isSocket } from '../rules/database-address.ts';
import { RuleError, Transient, Unavailable } from '../rules/errors.ts';
import type { UpstreamSchema } from '../rules/schema-revision.ts';
import { type Blocker, nameBlocker } from './blocker.ts';
import { describeTlsError } from './tls-errors.ts';

/**
 * What a database error is. Transient: it may pass by itself, and a run's step is repeated. Configuration: whoever set
 * the database up, or wrote its URL, must mend it. Refused: the server will not do what it was asked for. Any other
 * error is a bug of ours.
 */
type ErrorClass = 'transient' | 'configuration' | 'refused';

/** What is known of an error: what the server or the driver said, and who stood in the statement's way. */
type Known = { code: string | undefined; cause: Error; blocker: Blocker | null };
type Entry = {
  class: ErrorClass;
  name: string;
  /** What comes before the server's own words. */
  says: (address: DatabaseAddress) => string;
  /** What stands in their place, where they would mislead. */
  instead?: string;
  cure: (asked: Asked, known: Known) => string;
};
/** The database that was asked; `setting` is where its URL is set, in the operator's words. */
type Asked = { user: string; setting: string; schema: UpstreamSchema };

const REPEAT = 'then repeat the command';
const SYNTAX_ERROR = '42601';
const DUPLICATE = '23505';
/** Serialization failure, deadlock. */
const COLLIDED = ['40001', '40P01'];

const place = (address: DatabaseAddress): string =>
  `the database ${address.database} at ${address.host}${isSocket(address) ? '' : `:${address.port}`}`;
const unusable = (address: DatabaseAddress): string => `${capital(place(address))} can't be used`;
const answered = (code: string) => (address: DatabaseAddress) =>
  `The database ${address.database} answered ${code}`;
const notLoggedIn = (address: DatabaseAddress): string =>
  `User ${address.user} may not log in to ${place(address)}`;
const byBlocker = ({ blocker }: Known): string =>
  blocker
    ? `It waited for ${nameBlocker(blocker)}. Let that end, or end it with \`select pg_terminate_backend(${blocker.pid})\``
    : 'Look in pg_stat_activity for what it waited for';

const unreachable: Entry = {
  class: 'transient',
  name: 'DatabaseUnreachable',
  says: unusable,
  cure: () => `Check that it runs and is reachable, ${REPEAT}.`,
};
/** Whoever takes a connection and says nothing may be no PostgreSQL, or one behind something that is stuck. */
const silent: Entry = {
  ...unreachable,
  instead: 'it gave no answer in the time that a log-in may take',
  cure: ({ setting }) =>
    `Check that it runs, that it is what ${setting} should name, and that nothing in between holds connections up, ${REPEAT}.`,
};
const collided: Entry = { ...unreachable, cure: () => 'Another session was in the way: repeat the command.' };
const locked: Entry = {
  class: 'transient',
  name: 'DatabaseLocked',
  says: (address) => `${capital(place(address))} gave no lock in time`,
  cure: (_, known) => `${byBlocker(known)}, ${REPEAT}.`,
};
const tooSlow: Entry = {
  class: 'transient',
  name: 'DatabaseTooSlow',
  says: (address) => `${capital(place(address))} ended a statement before it was done`,
  cure: (_, known) =>
    `${byBlocker(known)}, or raise the user's or the database's statement_timeout, ${REPEAT}.`,
};
const loginRefused: Entry = {
  class: 'configuration',
  name: 'DatabaseAuthenticationFailed',
  says: notLoggedIn,
  cure: ({ setting }) => `Correct the user or password in ${setting}.`,
};
const noPassword: Entry = {
  ...loginRefused,
  cure: ({ setting }) => `It asks for a password: give one in ${setting}.`,
};
const refused = (code: string, cure: Entry['cure']): Entry => ({
  class: 'refused',
  name: 'DatabaseRefused',
  says: answered(code),
  cure,
});

/** What the system says of a server that is not there, or no longer. */
const GONE_AWAY =
  'ECONNREFUSED ENOENT ETIMEDOUT EHOSTUNREACH ENETUNREACH EAI_AGAIN ENOTFOUND ECONNRESET ECONNABORTED EPIPE ENETDOWN EHOSTDOWN'.split(
    ' ',
  );
/** Errors by the code that the server (SQLSTATE) or the system gives them. */
const BY_CODE: Record<string, Entry> = {
  ...entries(['40001', '40P01', DUPLICATE], collided),
  '55P03': locked,
  '57014': tooSlow,
  ...entries(['57P01', '57P02', '57P03', '25P03', '57P05', '25P04'], unreachable),
  '53300': {
    ...unreachable,
    cure: () =>
      `Too many connections are open: end some of pg_stat_activity, or raise max_connections or the user's limit, ${REPEAT}.`,
  },
  ...entries(['28P01', '28000'], loginRefused),
  '3D000': {
    class: 'configuration',
    name: 'DatabaseMissing',
    says: (address) => `There is no such thing as ${place(address)}`,
    cure: ({ schema }) =>
      `Create it (in keyward's own PostgreSQL, \`${schema.sync}\` does), or correct its name in the URL.`,
  },
  ...entries(['42P01', '3F000'], {
    class: 'refused',
    name: 'SchemaMissing',
    says: (address) => `In ${place(address)} a table is missing`,
    cure: ({ schema }) => `Run \`${schema.sync}\`, or name a ${schema.service} database.`,
  }),
  '42501': refused(
    '42501',
    ({ user, setting, schema }) =>
      `Grant user ${user} what is missing (to write ${schema.service}'s tables and those of the schema keyward; for \`${schema.sync}\`, to make them), or name another user in ${setting}.`,
  ),
  '25006': refused(
    '25006',
    ({ setting }) =>
      `Name the server that takes writes in ${setting}; this one is a replica, or set to read only.`,
  ),
  '53100': refused('53100', () => `Make room on the server's disk, ${REPEAT}.`),
  ...entries(GONE_AWAY, unreachable),
  ...entries(['EACCES', 'EPERM'], {
    ...unreachable,
    class: 'configuration',
    cure: ({ setting }) => `Let this account use the server's socket, or name another address in ${setting}.`,
  }),
};

/** pg's own words, and those of its pool around an error that says only that the connection ended. */
const NO_LOGIN = /^(?:timeout expired|Connection terminated due to connection timeout)$/;
/** Errors of the driver, which have words and no code. */
const BY_MESSAGE: [RegExp, Entry][] = [
  [NO_LOGIN, silent],
  [/client password must be a/, noPassword],
  [/SASL|^Unknown authenticationOk message type/, loginRefused],
  [
    /^(?:Connection terminated|timeout e|Query read timeout|Client (?:has encountered|was closed))|Connection is closed/,
    unreachable,
  ],
];

/** What is said of an error; null: it is none that a database gives, or a bug. */
function classify({ code, cause }: Known): Entry | null {
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known) return known;
  if (code !== undefined && /^08\w{3}$/.test(code)) return unreachable;
  // One of our statements that can't be parsed is a bug, whatever the server.
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && code !== SYNTAX_ERROR) return other(code);
  return BY_MESSAGE.find(([pattern]) => pattern.test(cause.message))?.[1] ?? null;
}

/** What was looked for, or would be written, does not fit the tables; or the server itself is in trouble. */
const other = (code: string): Entry =>
  refused(code, ({ schema }) =>
    /^(?:0A|2[0-9]|42|P0)/.test(code)
      ? `Compare the schema with \`${schema.sync} --check\`, and see the server's log.`
      : `See the server's log, ${REPEAT}.`,
  );

/**
 * Says in the operator's words why the database could not be used; what is no error of a database is given back as it
 * is. Neither statement, password nor URL is repeated.
 */
export function describeDatabaseError(
  error: unknown,
  address: DatabaseAddress,
  schema: UpstreamSchema,
): unknown {
  if (error instanceof RuleError || !isError(error)) return error;
  const known = rooted(error);
  const tls = describeTlsError(known.cause, address, place(address));
  if (tls) return tls;
  const entry = classify(known);
  if (!entry) return error;
  const message = `${entry.says(address)}: ${entry.instead ?? known.cause.message}.`;
  const { user, origin: setting = schema.setting } = address;
  const cure = entry.cure({ user, setting, schema }, known);
  if (entry.class === 'transient') return new Transient(entry.name, message, cure);
  if (entry.class === 'configuration') return new Unavailable(entry.name, message, cure);
  return new RuleError(entry.name, message, { cure });
}

/** A COMMIT whose answer was lost, and nobody could be asked what has become of it. A repeated step may find out. */
export const commitUnknown = (
  address: DatabaseAddress,
  { audit }: Pick<UpstreamSchema, 'audit'>,
  requestId: string | null,
): Transient =>
  new Transient(
    'CommitUnknown',
    `The connection to ${place(address)} was lost while the change was committed.`,
    requestId === null
      ? 'Repeat the command: it does only what is missing.'
      : `\`${audit} --request-id ${requestId}\` shows the change if it was made.`,
    'unknown',
  );

/** Whether the connection ended before the server had answered; what it was sent last may have been done. */
export function isLost(error: unknown): boolean {
  if (!isError(error)) return false;
  const known = rooted(error);
  return [unreachable, silent].includes(classify(known)!);
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

/** The driver's error below MikroORM's, or the first of several connection attempts. */
function rooted(error: Error): Known {
  const inner = (error as AggregateError).errors?.[0] ?? error.cause;
  if (isError(inner) && !NO_LOGIN.test(error.message)) return rooted(inner);
  const { code, blocker } = error as { code?: string; blocker?: Blocker | null };
  return { code, cause: error, blocker: blocker ?? null };
}

/** Knows errors of any realm: under jest the socket's errors are not instances of the test's `Error`. */
const isError = (value: unknown): value is Error => types.isNativeError(value);

const capital = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`;

function entries(codes: string[], entry: Entry): Record<string, Entry> {
  return Object.fromEntries(codes.map((code) => [code, entry]));
}
