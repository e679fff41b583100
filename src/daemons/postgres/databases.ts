import type { Home } from '../../config/home.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { POSTGRES_PORT as PORT, postgresSocketFolder } from './socket.ts';

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

type Query = (sql: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

const existing = async (query: Query, names: readonly string[]): Promise<string[]> =>
  (await query('select datname from pg_database where datname = any($1)', [names])).map(
    ({ datname }) => datname as string,
  );

async function withServer<T>(home: Home, use: (query: Query) => Promise<T>): Promise<T> {
  const { Client } = (await import('pg')).default;
  const { host, port, user } = embeddedAddress(home, 'postgres');
  const client = new Client({ host, port, user, database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(async (sql, values) => (await client.query(sql, values)).rows);
  } finally {
    await client.end().catch(() => {});
  }
}
