import path from 'node:path';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { UsageError } from '../rules/errors.ts';
import { accountName } from './account-name.ts';

const SHAPE =
  /^(?<scheme>[\w.]+)(?:\+(?<driver>[\w.]+))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@]*))?@)?(?<host>\[[^\]]*\]|[^:/?#@]*)(?::(?<port>\d+))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/;
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
const EXAMPLE = 'postgresql+psycopg2://keystone:PASSWORD@db.example:5432/keystone';

/**
 * Reads a SQLAlchemy URL as Keystone's `[database] connection` has it (`sqlalchemy/engine/url.py`): the driver after
 * `+` does not matter, user, password and database are percent-decoded, `?host=/folder` names a socket folder.
 * An error never repeats the URL, which may hold a password.
 */
export function parseDatabaseUrl(url: string, origin: string): DatabaseAddress {
  const parts = SHAPE.exec(url.trim())?.groups;
  if (!parts)
    throw badUrl(origin, 'is no database URL (in a password, @ is written %40, # %23, : %3A and / %2F)');
  if (!/^postgres(ql)?$/.test(parts['scheme']!)) {
    throw badUrl(origin, `is a URL of '${parts['scheme']}', and keyward works on PostgreSQL only`);
  }
  const query = new URLSearchParams(parts['query'] ?? '');
  const database = decode(parts['database'], origin);
  if (!database) throw badUrl(origin, 'names no database');
  const user = decode(parts['user'], origin) || accountName();
  if (!user) throw badUrl(origin, "names no user, and this process's uid has no name to take instead");
  if (query.has('sslcert') || query.has('sslkey'))
    throw badUrl(origin, "asks for a client certificate (sslcert, sslkey), which keyward can't present");
  const rootCert = query.get('sslrootcert');
  return {
    host: query.get('host') || (parts['host'] ?? '').replaceAll(/[[\]]/g, '') || 'localhost',
    port: portOf(query.get('port') ?? parts['port'], origin),
    database,
    user,
    password: parts['password'] === undefined ? query.get('password') : decode(parts['password'], origin),
    ssl: sslOf(query.get('sslmode'), origin),
    // A worker reads it from a folder of its own.
    sslRootCert: rootCert && path.resolve(rootCert),
  };
}

/** The URL that psql and a keystone.conf (`driver` 'psycopg2') understand; the password is `***` unless it is to be shown. */
export function formatDatabaseUrl(
  address: DatabaseAddress,
  { showPassword, driver }: { showPassword: boolean; driver?: string },
): string {
  const { host, port, database, user, password, ssl, sslRootCert } = address;
  const isSocket = host.startsWith('/');
  const secret = password === null ? '' : `:${showPassword ? encodeURIComponent(password) : '***'}`;
  const place = isSocket ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const query = new URLSearchParams({
    ...(isSocket && { host }),
    ...(isSocket && port !== 5432 && { port: String(port) }),
    ...(ssl !== 'prefer' && { sslmode: ssl }),
    ...(sslRootCert && { sslrootcert: sslRootCert }),
  }).toString();
  const scheme = driver ? `postgresql+${driver}` : 'postgresql';
  return `${scheme}://${encodeURIComponent(user)}${secret}@${place}/${encodeURIComponent(database)}${query && `?${query}`}`;
}

function portOf(text: string | undefined | null, origin: string): number {
  const port = Number(text ?? 5432);
  if (port > 0 && port < 65_536) return port;
  throw badUrl(origin, `has an impossible port (${text})`);
}

function sslOf(text: string | null, origin: string): DatabaseAddress['ssl'] {
  if (text === null || text === 'allow') return 'prefer';
  const mode = SSL_MODES.find((known) => known === text);
  if (mode) return mode;
  throw badUrl(origin, `has an unknown sslmode ('${text}')`);
}

function decode(text: string | undefined, origin: string): string {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    throw badUrl(origin, 'has a % that begins no escape; write %25');
  }
}

// oxlint-disable-next-line unicorn/consistent-function-scoping -- thrown in place above
const badUrl = (origin: string, what: string): UsageError =>
  new UsageError(`${origin} ${what}.`, `Write it as ${EXAMPLE}.`);
