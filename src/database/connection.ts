import { MikroORM, type Options } from '@mikro-orm/postgresql';
import type { ClientConfig, Pool, PoolClient } from 'pg';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { entities } from './entities.ts';
import { tlsOptions } from './tls.ts';
import { watchedClient, type Watching } from './watched-client.ts';

const GIVE_BACK_MS = 50;
/** A peer that has vanished while nothing is asked of it is noticed 10 s after this (Linux asks once a second then). */
const KEEPALIVE_MS = 10_000;

/** How one connection to the database is made. */
export async function clientConfig(address: DatabaseAddress): Promise<ClientConfig> {
  const { host, port, database, user, password } = address;
  return {
    host,
    port,
    database,
    user,
    ...(password !== null && { password }),
    ssl: (await tlsOptions(address)) as ClientConfig['ssl'] & object,
    application_name: 'keyward',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
  };
}

/** The database behind MikroORM. Nobody logs in before the first statement; `close` ends every connection. */
export function openOrm(poolSize: number, watching: Watching): MikroORM {
  return new MikroORM(databaseOptions(poolSize, watching));
}

function databaseOptions(poolSize: number, watching: Watching): Options {
  const { host, port, database, user, password, ...others } = watching.config;
  return {
    entities,
    dbName: database!,
    host: host!,
    port: port!,
    user: user!,
    ...(password !== undefined && { password: password as string }),
    driverOptions: {
      ...others,
      Client: watchedClient(watching),
      onPoolCreated: takeDeadConnectionsBack,
    },
    pool: { min: 0, max: poolSize, idleTimeoutMillis: 10_000 },
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
