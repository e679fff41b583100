import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Client } from 'pg';
import { parseDatabaseUrl } from '../../../src/config/database-url.ts';
import { resolveHome } from '../../../src/config/home.ts';
import { withTlsFiles } from '../../../src/config/tls-files.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { keystoneSchema } from '../../../src/database/keystone/schema.ts';
import { findPostgres } from '../../../src/daemons/postgres/binaries.ts';
import { postgresEnvironment, prepareData } from '../../../src/daemons/postgres/data.ts';
import { chooseQuarters, type Quarters } from '../../../src/daemons/postgres/quarters.ts';
import type { RuleError } from '../../../src/rules/errors.ts';
import { until } from '../home/cli.ts';
import { freePort } from '../free-port.ts';
import { certificate } from './tls.ts';

/** Names a file of test/fixtures/tls/postgres, whose script says what each is. */
export const pem = (name: string): string => certificate(`postgres/${name}`);

const PASSWORD = 'tls-Pw-1';
/** Says whom the server lets in and how; each is a superuser, without a password but for `scram`. */
const HBA = `
local   all all             trust
hostssl all tlsonly   all   trust
hostnossl all plainonly all trust
hostssl all scram     all   scram-sha-256
hostssl all carded    all   trust clientcert=verify-ca
host    all openstack all   trust
`;
const ROLES = `create role tlsonly login superuser; create role plainonly login superuser;
  create role carded login superuser; create role scram login superuser password '${PASSWORD}'`;

/** A real PostgreSQL that listens on the loopback addresses, with TLS and a certificate that can be changed. */
export class TlsPostgres {
  readonly port: number;
  readonly #dir: string;
  readonly #quarters: Quarters;
  readonly #process: ChildProcess;

  private constructor(port: number, dir: string, quarters: Quarters, process: ChildProcess) {
    this.port = port;
    this.#dir = dir;
    this.#quarters = quarters;
    this.#process = process;
  }

  static async start(): Promise<TlsPostgres> {
    const dir = mkdtempSync(path.join(tmpdir(), 'keyward-tls-'));
    const home = resolveHome({ ...process.env, KEYWARD_HOME: dir });
    mkdirSync(home.dir, { recursive: true });
    const binaries = await findPostgres();
    const quarters = await chooseQuarters(home, binaries);
    await prepareData(home, quarters, 'openstack', binaries, () => {});
    const port = await freePort();
    const { data } = quarters;
    appendFileSync(
      path.join(data, 'postgresql.conf'),
      `listen_addresses = '127.0.0.1, ::1'\nport = ${port}\nunix_socket_directories = '${data}'\n` +
        "ssl_ca_file = 'ca.pem'\nssl_cert_file = 'server.pem'\ninclude_if_exists = 'tls.conf'\nfsync = off\n",
    );
    writeFileSync(path.join(data, 'pg_hba.conf'), HBA);
    place(quarters, 'server.key');
    place(quarters, 'ca.pem');
    const [command, ...before] = [...quarters.prefix, path.join(quarters.bin, 'postgres')];
    const child = spawn(command!, [...before, '-D', data], {
      env: postgresEnvironment(),
      cwd: data,
      stdio: 'ignore',
      ...quarters.account,
    });
    const server = new TlsPostgres(port, dir, quarters, child);
    await until(() =>
      server.query('select 1').then(
        () => true,
        () => false,
      ),
    );
    await server.query(ROLES);
    return server;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGINT');
    await ended;
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Serves a certificate from now on; null: no TLS at all. */
  async present(name: string | null): Promise<void> {
    if (name) place(this.#quarters, name, 'server.pem');
    writeFileSync(path.join(this.#quarters.data, 'tls.conf'), `ssl = ${name ? 'on' : 'off'}\n`);
    await this.query('select pg_reload_conf()');
    const wanted = name && new X509Certificate(readFileSync(pem(name))).fingerprint256;
    await until(async () => (await fingerprintAt(this.port)) === wanted);
  }

  /** Gives the URL of its database `postgres`; `host` is written as in a URL, an IPv6 address in brackets. */
  url(host: string, query: Record<string, string> = {}, user = 'openstack'): string {
    const login = user === 'scram' ? `scram:${PASSWORD}` : user;
    return `postgresql+psycopg2://${login}@${host}:${this.port}/postgres?${new URLSearchParams(query)}`;
  }

  /** Runs a statement as the superuser, over the socket. */
  async query<T extends object = Record<string, unknown>>(sql: string): Promise<T[]> {
    const { data } = this.#quarters;
    const client = new Client({ host: data, port: this.port, user: 'openstack', database: 'postgres' });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(sql)).rows as T[];
    } finally {
      await client.end();
    }
  }
}

export type Reached = 'tls' | 'plain' | RuleError;

/** Tells how keyward connects by a URL: with TLS, without, or not at all, and then why. */
export async function reach(url: string, home = '/nonexistent'): Promise<Reached> {
  let address;
  try {
    address = withTlsFiles(parseDatabaseUrl(url, 'The URL'), 'The URL', { HOME: home });
  } catch (error) {
    return error as RuleError;
  }
  const database = openDatabase(address, keystoneSchema);
  const ask = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
  try {
    const rows = await database.read((em) => em.execute<{ ssl: boolean }[]>(ask));
    return rows[0]!.ssl ? 'tls' : 'plain';
  } catch (error) {
    return error as RuleError;
  } finally {
    await database.close();
  }
}

/** Puts a file into the data folder; PostgreSQL refuses a key that others may read. */
function place({ data, account }: Quarters, name: string, as = name): void {
  const file = path.join(data, as);
  copyFileSync(pem(name), file);
  chmodSync(file, 0o600);
  if (account) chownSync(file, account.uid, account.gid);
}

const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

/** Gives the SHA-256 of the certificate that a server shows; null if it has no TLS. */
async function fingerprintAt(port: number): Promise<string | null> {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(SSL_REQUEST);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer.toString() !== 'S') {
    socket.destroy();
    return null;
  }
  const secured = connectTls({ socket, rejectUnauthorized: false });
  await once(secured, 'secureConnect');
  const { fingerprint256 } = secured.getPeerCertificate();
  secured.destroy();
  return fingerprint256;
}
