import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Client } from 'pg';
import { type Home, resolveHome } from '../../../src/config/home.ts';
import { listParts } from '../../../src/daemons/parts.ts';
import { dial } from '../../../src/daemons/temporal-server/socket.ts';
import { shellWord } from '../../../src/rules/shell-word.ts';
import { Pools } from '../cloud/pools.ts';
import { killParts } from './kill-parts.ts';
import { cloneTemplate } from './template.ts';

const BIN = path.resolve('bin/run.js');

export type Outcome = { code: number | null; stdout: string; stderr: string };

type Options = { env?: NodeJS.ProcessEnv; input?: string; uid?: number };

/** A command under way; `outcome` settles when it has ended. */
export type Running = { process: ChildProcess; outcome: Promise<Outcome>; stderr: () => string };

/** A keyward home of a test file's own: real PostgreSQL, real Temporal, the built CLI as a process. */
export class TestHome {
  readonly dir: string;
  readonly home: Home;
  readonly #server: { host: string; port: number; user: string };
  readonly #pools: Pools;
  readonly #children = new Set<ChildProcess>();
  readonly #front = createServer((near) => this.#join(near)).listen(0, '127.0.0.1');

  constructor(dir = mkdtempSync(path.join(tmpdir(), 'keyward-home-'))) {
    this.dir = dir;
    this.home = resolveHome({ ...process.env, KEYWARD_HOME: dir });
    this.#server = { host: this.home.runDir, port: 5432, user: 'openstack' };
    this.#pools = new Pools(this.#server);
  }

  /** Makes a clone of the template: its database has Keystone's schema, and nothing of it runs. */
  static clone(): TestHome {
    const cloned = new TestHome();
    cloneTemplate(cloned.home);
    return cloned;
  }

  start(args: string[], options: Options = {}): Running {
    return this.#spawn(process.execPath, [BIN, ...args], options);
  }

  run(args: string[], options: Options = {}): Promise<Outcome> {
    return this.start(args, options).outcome;
  }

  /** What a command that succeeds prints as JSON. */
  async json(...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await this.run([...args, '-f', 'json']);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  /** Runs a command line as an operator pastes it into a shell; `keyward` is the built CLI. */
  shell(line: string, options: Options = {}): Promise<Outcome> {
    const keyward = `keyward() { ${shellWord(process.execPath)} ${shellWord(BIN)} "$@"; }`;
    return this.#spawn('/bin/sh', ['-c', `${keyward}\n${line}`], options).outcome;
  }

  #spawn(program: string, args: string[], { env = {}, input = '', uid }: Options): Running {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(OS_|TEMPORAL_|KEYWARD_|NODE_OPTIONS)/.test(name),
    );
    const child = spawn(program, args, {
      env: { ...Object.fromEntries(inherited), KEYWARD_HOME: this.dir, ...env },
      stdio: 'pipe',
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const outcome = new Promise<Outcome>((resolve) =>
      child.once('close', (code) => resolve({ code, stdout: stdout(), stderr: stderr() })),
    );
    return { process: child, outcome, stderr };
  }

  pid(part: 'postgres' | 'temporal' | 'worker'): number {
    return listParts(this.home).find((candidate) => candidate.part.startsWith(part))!.pid!;
  }

  /** A loopback port of the test's own in front of the local Temporal: commands may be given it as somebody else's. */
  get temporal(): string {
    return `127.0.0.1:${(this.#front.address() as AddressInfo).port}`;
  }

  #join(near: Socket): void {
    const { address } = listParts(this.home).find(({ part }) => part === 'temporal')!;
    const far = connect(dial(address!));
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  }

  /** A connection of the test's own to the embedded identity database, or to another one beside it. */
  async connect(database = 'keystone'): Promise<Client> {
    const client = new Client({ ...this.#server, database });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  query<T extends object = Record<string, unknown>>(sql: string, database = 'keystone'): Promise<T[]> {
    return this.#pools.query<T>(database, sql);
  }

  /** Gives a database's URL, as OpenStack's services have it; its server trusts whoever may reach the socket. */
  urlOf(database: string, password?: string): string {
    const login = password === undefined ? 'openstack' : `openstack:${password}`;
    return `postgresql+psycopg2://${login}@/${database}?host=${this.home.runDir}`;
  }

  /**
   * Holds a run up at a known point by a lock, from a connection of the test's own; nothing in the product knows of it.
   * Gives what lets it go.
   */
  async holdUp(sql: string, database = 'keystone'): Promise<() => Promise<void>> {
    const blocker = await this.connect(database);
    await blocker.query(`begin; ${sql}`);
    return async () => {
      await blocker.query('commit');
      await blocker.end();
    };
  }

  /** Whether keyward waits for such a lock now, in that database. */
  async isHeldUp(by: 'advisory' | 'relation', database = 'keystone'): Promise<boolean> {
    const rows = await this.query(
      `select from pg_stat_activity where application_name = 'keyward' and datname = '${database}'
         and wait_event_type = 'Lock' and wait_event = '${by}'`,
    );
    return rows.length > 0;
  }

  async remove(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#pools.end();
    await killParts(this.home);
    this.#front.close();
    rmSync(this.dir, { recursive: true, force: true });
    rmSync(this.home.runDir, { recursive: true, force: true });
  }
}

/** What holds a bootstrap up between its plan and its transaction's first write. */
export const BOOTSTRAP_LOCK = "select pg_advisory_xact_lock(hashtext('keyward bootstrap'))";

/** The id of the run that a command says it started. */
export const runIdOf = (stderr: string): string | undefined => /run (\S+) started/.exec(stderr)?.[1];

/** Between two looks: a test that asked without a pause would take the processor from what it waits for. */
const LOOK_AGAIN_MS = 10;

/** Waits until the condition holds; the test's own deadline is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await after(LOOK_AGAIN_MS);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
