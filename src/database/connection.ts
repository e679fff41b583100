import { readFileSync } from 'node:fs';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { entities } from './entities.ts';

/** At most this many connections at once; a worker's activities must not be more. */
const POOL_SIZE = 10;

/** Opens one identity database. Nothing connects before the first statement; `close` ends every connection. */
export async function openDatabase(address: DatabaseAddress): Promise<MikroORM> {
  return new MikroORM(databaseOptions(address));
}

export function databaseOptions(address: DatabaseAddress): Options {
  const { host, port, database, user, password } = address;
  return {
    entities,
    dbName: database,
    host,
    port,
    user,
    ...(password !== null && { password }),
    driverOptions: {
      ssl: sslOptions(address),
      application_name: 'keyward',
      connectionTimeoutMillis: 5000,
    },
    pool: { min: 0, max: POOL_SIZE, idleTimeoutMillis: 10_000 },
    // NOTE: Keystone's columns are read and written as UTC by InstantType; no session time zone is set.
    forceUtcTimezone: true,
    ensureDatabase: false,
    logger: () => {},
  };
}

function sslOptions({ ssl, sslRootCert, host }: DatabaseAddress): object | false {
  if (ssl === 'disable' || ssl === 'prefer' || host.startsWith('/')) return false;
  const verifies = ssl === 'verify-ca' || ssl === 'verify-full';
  return {
    rejectUnauthorized: verifies,
    ...(sslRootCert && { ca: readFileSync(sslRootCert, 'utf8') }),
    ...(ssl === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}
