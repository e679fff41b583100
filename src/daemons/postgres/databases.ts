import { setTimeout as after } from 'node:timers/promises';
import type { Home } from '../../config/home.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { Unavailable } from '../../rules/errors.ts';
import { POSTGRES_PORT as PORT, postgresSocketFolder } from './socket.ts';

/** So long a server may take for a connection, for an answer (that a database is made, too), and to part. */
const CONNECT_MS = 5000;
const QUERY_MS = 60_000;
const CLOSING_MS = 1000;

/** The user is not named `keyward`, since unqualified names would then be looked up in the schema keyward first. */
export const USER = 'openstack';

/** Gives the address of a database of the embedded PostgreSQL, whether it is there or not. */
export const embeddedAddress = (home: Home, database: string): DatabaseAddress => ({
  host: postgresSocketFolder(home),
  port: PORT,
  database,
  user: USER,
  password: null,
  ssl: 'disable',
  sslRootCert: null,
});

/** Tells which of these databases the embedded PostgreSQL has; it must be running. */
export const databasesThere = (home: Home, names: readonly string[]): Promise<string[]> =>
  withServer(home, (query) => existing(query, names));

/** Makes those of the databases that the embedded PostgreSQL does not have; safe to run twice at once. */
export const createDatabases = (home: Home, names: readonly string[]): Promise<void> =>
  withServer(home, async (query) => {
    const there = await existing(query, names);
    for (const name of names.filter((each) => !there.includes(each)))
      await query(`create database "${name}"`).catch((error: { code?: string }) => {
        // Another command was faster: 42P04 says that it is there, 23505 that it has just come.
        if (!['42P04', '23505'].includes(error.code ?? '')) throw error;
      });
  });

/** Keeps the code, by which a server that is only starting is told from one that can't be used. */
const unusable = ({ message, code }: Error & { code?: string }): Unavailable =>
  Object.assign(
    new Unavailable(
      'DatabaseUnreachable',
      `keyward's own PostgreSQL could not be asked for its databases: ${message}.`,
      'See `keyward ps`, and the log postgres.log in the folder log of the home.',
    ),
    { code },
  );

type Query = (sql: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

const existing = async (query: Query, names: readonly string[]): Promise<string[]> =>
  (await query('select datname from pg_database where datname = any($1)', [names])).map(
    ({ datname }) => datname as string,
  );

async function withServer<T>(home: Home, use: (query: Query) => Promise<T>): Promise<T> {
  const { Client } = (await import('pg')).default;
  const { host, port, user } = embeddedAddress(home, 'postgres');
  const client = new Client({
    host,
    port,
    user,
    database: 'postgres',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(async (sql, values) => (await client.query(sql, values)).rows);
  } catch (error) {
    throw unusable(error as Error & { code?: string });
  } finally {
    // A server that is suspended never takes its leave.
    await Promise.race([client.end().catch(() => {}), after(CLOSING_MS, undefined, { ref: false })]);
  }
}
