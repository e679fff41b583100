import { isIP } from 'node:net';
import path from 'node:path';
import { type DatabaseAddress, isSocket, sslModes } from '../rules/database-address.ts';
import { UsageError } from '../rules/errors.ts';
import { accountName } from './account-name.ts';
import { takeParameters } from './libpq-parameters.ts';

const SHAPE =
  /^(?<scheme>[\w.]+)(?:\+(?<driver>[\w.]+))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@]*))?@)?(?<host>\[[^\]]*\]|[^:/?#@]*)(?::(?<port>\d+))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/;

/** What a cure says of a URL: how a right one looks, and where keyward can be given another one than it was given. */
export type UrlAdvice = { example: string; elsewhere: string };

const ANY_DATABASE: UrlAdvice = {
  example: 'postgresql+psycopg2://USER:PASSWORD@db.example:5432/DATABASE',
  elsewhere: 'in its place',
};

/** Where a URL came from, for the errors, and what their cures say. */
type Source = UrlAdvice & { origin: string };

/**
 * Reads a SQLAlchemy URL as a service's `[database] connection` has it (`sqlalchemy/engine/url.py`): the driver after
 * `+` does not matter, user, password and database are percent-decoded, `?host=/folder` names a socket folder, and what
 * the query says of host, port, user or password beats what is in front of it.
 * An error never repeats the URL, which may hold a password.
 */
export function parseDatabaseUrl(
  url: string,
  origin: string,
  advice: UrlAdvice = ANY_DATABASE,
): DatabaseAddress {
  const source = { ...advice, origin };
  const parts = SHAPE.exec(url.trim())?.groups;
  if (!parts)
    throw badUrl(source, 'is no database URL (in a password, @ is written %40, # %23, : %3A and / %2F)');
  if (!/^postgres(ql)?$/.test(parts['scheme']!)) {
    throw badUrl(source, `is a URL of '${parts['scheme']}', and keyward works on PostgreSQL only`);
  }
  const query = new URLSearchParams(parts['query'] ?? '');
  const database = decode(parts['database'], source);
  if (!database) throw badUrl(source, 'names no database');
  const user = query.get('user') || decode(parts['user'], source) || accountName();
  if (!user) throw badUrl(source, "names no user, and this process's uid has no name to take instead");
  const password = parts['password'] === undefined ? null : decode(parts['password'], source);
  const parameters = takeParameters(query, source);
  const address: DatabaseAddress = {
    host: hostOf(query.getAll('host'), parts['host'] ?? '', source),
    port: portOf(query.get('port') ?? parts['port'], source),
    database,
    user,
    password: query.get('password') ?? password,
    ...sslOf(query.get('sslmode'), query.get('sslrootcert'), source),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
  assertConsistent(address, source);
  return address;
}

/** Appends to the name of the database in a URL, which stays as it is written; errors are those of `parseDatabaseUrl`. */
export function appendToDatabase(url: string, suffix: string, origin: string, advice: UrlAdvice): string {
  parseDatabaseUrl(url, origin, advice);
  const whole = url.trim();
  const query = SHAPE.exec(whole)!.groups!['query'];
  const tail = query === undefined ? '' : `?${query}`;
  return `${whole.slice(0, whole.length - tail.length)}${suffix}${tail}`;
}

/** Writes a URL that psql and a keystone.conf (`driver` 'psycopg2') understand; a password that is hidden is `***`. */
export function formatDatabaseUrl(
  address: DatabaseAddress,
  { showPassword, driver }: { showPassword: boolean; driver?: string },
): string {
  const { host, port, database, user, password, ssl, sslRootCert, parameters } = address;
  const onSocket = isSocket(address);
  const secret = password === null ? '' : `:${showPassword ? encodeURIComponent(password) : '***'}`;
  const place = onSocket ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const query = new URLSearchParams({
    ...(onSocket && { host }),
    ...(onSocket && port !== 5432 && { port: String(port) }),
    ...(ssl !== 'prefer' && { sslmode: ssl }),
    ...(sslRootCert && { sslrootcert: sslRootCert }),
    ...parameters,
  })
    .toString()
    // libpq takes a plus sign for itself, and SQLAlchemy for a space.
    .replaceAll('+', '%20');
  const scheme = driver ? `postgresql+${driver}` : 'postgresql';
  return `${scheme}://${encodeURIComponent(user)}${secret}@${place}/${encodeURIComponent(database)}${query && `?${query}`}`;
}

function portOf(text: string | undefined | null, source: Source): number {
  const port = Number(text ?? 5432);
  if (port > 0 && port < 65_536) return port;
  throw badUrl(source, `has an impossible port (${text})`);
}

/** Refuses several hosts: libpq would choose one of them, and a target must be one server. */
function hostOf(named: string[], inFront: string, source: Source): string {
  const host = named.join(',') || inFront.replaceAll(/[[\]]/g, '') || 'localhost';
  if (!host.includes(',')) return host;
  throw new UsageError(
    `${source.origin} names several hosts, and keyward connects to one.`,
    `Give keyward a URL with the host that takes writes (or a name that leads to it) ${source.elsewhere}.`,
  );
}

/** Reads the TLS mode. The system's authorities sign for anybody, so libpq insists on checking the name with them. */
function sslOf(
  mode: string | null,
  rootCert: string | null,
  source: Source,
): Pick<DatabaseAddress, 'ssl' | 'sslRootCert'> {
  const text = mode ?? (rootCert === 'system' ? 'verify-full' : 'prefer');
  const ssl = sslModes.find((known) => known === text);
  if (!ssl) throw badUrl(source, `has an unknown sslmode ('${text}')`);
  if (rootCert === 'system' && ssl !== 'verify-full')
    throw badUrl(source, `has sslmode=${ssl}, but sslrootcert=system needs sslmode=verify-full`);
  // The path is made absolute, since a worker has another working folder.
  return { ssl, sslRootCert: rootCert && (rootCert === 'system' ? rootCert : path.resolve(rootCert)) };
}

function assertConsistent({ host, ssl, parameters = {} }: DatabaseAddress, source: Source): void {
  const { hostaddr, sslnegotiation } = parameters;
  if (hostaddr !== undefined && (isIP(hostaddr) === 0 || isSocket({ host })))
    throw badUrl(source, 'has a hostaddr that is no IP address, or stands beside a socket folder');
  if (sslnegotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(ssl))
    throw badUrl(
      source,
      `has sslmode=${ssl}, but sslnegotiation=direct needs sslmode=require or verify-full`,
    );
}

function decode(text: string | undefined, source: Source): string {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    throw badUrl(source, 'has a % that begins no escape; write %25');
  }
}

// oxlint-disable-next-line unicorn/consistent-function-scoping -- thrown in place above
const badUrl = ({ origin, example }: Source, what: string): UsageError =>
  new UsageError(`${origin} ${what}.`, `Write it as ${example}.`);
