import { Client } from 'pg';
import { type DatabaseAddress, isSocket } from '../../../../src/rules/database-address.ts';

const NAMES = ['api', 'cell0', 'cell1', 'placement'] as const;
/** Where a Nova with one cell keeps what it knows, and its Placement. */
export type NovaDatabases = Record<(typeof NAMES)[number], DatabaseAddress>;

/** Names a Nova's databases on a server; without a prefix of the test's own they are keyward's own names. */
export function novaDatabases(
  { host, port, user }: Pick<DatabaseAddress, 'host' | 'port' | 'user'>,
  prefix = 'nova_',
): NovaDatabases {
  const server = { host, port, user, password: null, ssl: 'disable', sslRootCert: null } as const;
  const named = NAMES.map((name) => [name, { ...server, database: `${prefix}${name}` }]);
  return Object.fromEntries(named) as NovaDatabases;
}

/** Gives an address as Nova's options and cell mappings have it. */
export function urlOf({
  host,
  port,
  user,
  password,
  database,
}: Omit<DatabaseAddress, 'ssl' | 'sslRootCert'>): string {
  const login = [user, ...(password === null ? [] : [password])].map(encodeURIComponent).join(':');
  return isSocket({ host })
    ? `postgresql+psycopg2://${login}@/${database}?host=${host}&port=${port}`
    : `postgresql+psycopg2://${login}@${host}:${port}/${database}`;
}

/** Makes empty databases, in the place of those that are there. */
export async function remakeDatabases(databases: NovaDatabases): Promise<void> {
  for (const address of Object.values(databases)) {
    await onServer(address, async (client) => {
      await client.query(`drop database if exists "${address.database}" with (force)`);
      await client.query(`create database "${address.database}"`);
    });
  }
}

export async function makeUnlessThere(address: DatabaseAddress): Promise<void> {
  await onServer(address, async (client) => {
    const asked = 'select from pg_database where datname = $1';
    const { rowCount } = await client.query(asked, [address.database]);
    if (rowCount === 0) await client.query(`create database "${address.database}"`);
  });
}

async function onServer(
  { host, port, user, password }: DatabaseAddress,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ host, port, user, database: 'postgres', ...(password && { password }) });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
