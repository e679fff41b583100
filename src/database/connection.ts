import { MikroORM, type Options } from '@mikro-orm/postgresql';
import type { Pool, PoolClient } from 'pg';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { driverParameters } from './driver-parameters.ts';
import { entities } from './entities.ts';
import { tryWaysInTurn, waysToConnect } from './tls.ts';

/** At most this many connections at once; a worker's activities must not be more. */
const POOL_SIZE = 10;
const GIVE_BACK_MS = 50;

/** Opens one identity database. Nobody logs in before the first statement; `close` ends every connection. */
export async function openDatabase(address: DatabaseAddress): Promise<MikroORM> {
  return new MikroORM(databaseOptions(address));
}

function databaseOptions(address: DatabaseAddress): Options {
  const { host, port, database, user, password, parameters } = address;
  const ways = waysToConnect(address);
  return {
    entities,
    dbName: database,
    host: parameters?.hostaddr ?? host,
    port,
    user,
    ...(password !== null && { password }),
    driverOptions: {
      ssl: ways.now,
      application_name: 'keyward',
      connectionTimeoutMillis: 5000,
      ...driverParameters(address),
      onPoolCreated: (pool: Pool) => {
        takeDeadConnectionsBack(pool);
        tryWaysInTurn(pool, ways);
      },
    },
    pool: { min: 0, max: POOL_SIZE, idleTimeoutMillis: 10_000 },
    // NOTE: Keystone's columns are read and written as UTC by InstantType; no session time zone is set.
    forceUtcTimezone: true,
    ensureDatabase: false,
    logger: () => {},
  };
}

/**
 * A transaction whose connection has died can't roll back, and Kysely then never gives the connection back: the pool
 * would be one smaller for ever, and ending it would never end. A moment later whoever could give it back has done so.
 */
function takeDeadConnectionsBack(pool: Pool): void {
  const held = new Set<PoolClient>();
  pool.on('acquire', (client) => held.add(client));
  pool.on('release', (_error, client) => held.delete(client as PoolClient));
  pool.on('connect', (client) =>
    client.once('end', () => setTimeout(() => held.has(client) && client.release(true), GIVE_BACK_MS)),
  );
}
