import { randomUUID } from 'node:crypto';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import type { ClientConfig, Pool, PoolClient } from 'pg';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { driverParameters } from './driver-parameters.ts';
import type { Schema } from './schema.ts';
import { tryWaysInTurn, type Ways, waysToConnect } from './tls.ts';
import { watchedClient, type Watching } from './watched-client.ts';

const GIVE_BACK_MS = 50;
/** A peer that has vanished while nothing is asked of it is noticed 10 s after this (Linux asks once a second then). */
const KEEPALIVE_MS = 10_000;

/** How connections to a database are made. `config.ssl` is the way that has worked last, where there are two. */
export type Connecting = { config: ClientConfig; ways: Ways };

export function connectingTo(address: DatabaseAddress): Connecting {
  const { host, port, database, user, password, parameters } = address;
  const ways = waysToConnect(address);
  const config = {
    host: parameters?.hostaddr ?? host,
    port,
    database,
    user,
    ...(password !== null && { password }),
    get ssl() {
      return ways.now;
    },
    application_name: 'keyward',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    ...driverParameters(address),
  };
  return { config: config as ClientConfig, ways };
}

/** The database behind MikroORM. Nobody logs in before the first statement; `close` ends every connection. */
export function openOrm(
  { entities }: Schema,
  { poolSize, watching, ways }: { poolSize: number; watching: Watching; ways: Ways },
): MikroORM {
  return new MikroORM({ entities, ...connectionOptions(poolSize, watching, ways) });
}

function connectionOptions(poolSize: number, watching: Watching, ways: Ways): Options {
  const { host, port, database, user, password, ...others } = watching.config;
  return {
    // MikroORM looks by this name for the transaction that its caller is in, and would take another database's for it.
    contextName: randomUUID(),
    dbName: database!,
    host: host!,
    port: port!,
    user: user!,
    ...(password !== undefined && { password: password as string }),
    driverOptions: {
      ...others,
      Client: watchedClient(watching),
      onPoolCreated: (pool: Pool) => {
        takeDeadConnectionsBack(pool);
        tryWaysInTurn(pool, ways);
      },
    },
    pool: { min: 0, max: poolSize, idleTimeoutMillis: 10_000 },
    // NOTE: columns without a time zone are read and written as UTC by InstantType; no session time zone is set.
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
