import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from '../home/cli.ts';
import { confText, type Sections } from '../conf-file.ts';
import { ForkedPrograms, type Outcome, type Programs } from './programs.ts';
import { ensureVenv } from './venv.ts';

const run = promisify(execFile);

/** Runs Keystone's WSGI application, which parses sys.argv on import, on waitress, and prints the port that it got. */
const SERVE = `
import sys
sys.argv = ['keystone', '--config-file', sys.argv[1]]
from keystone.server.wsgi import initialize_public_application
import waitress
server = waitress.create_server(initialize_public_application(), host='127.0.0.1', port=0, threads=4)
print(server.effective_port, flush=True)
server.run()
`;

/** A real Keystone 30.0.0 from PyPI, on a database that the caller names. */
export class RealKeystone {
  readonly #dir: string;
  /** The folder of the venv's programs. */
  readonly bin: string;
  readonly #programs: Programs;
  /** Its keystone.conf, which keyward can read too. */
  readonly config: string;
  #server: ChildProcess | null = null;

  private constructor(dir: string, bin: string, programs: Programs) {
    this.#dir = dir;
    this.bin = bin;
    this.#programs = programs;
    this.config = path.join(dir, 'keystone.conf');
  }

  /** Installs the venv once per user; fails, and never skips, where that can't be done. Always `close` it. */
  static async open(
    dir: string,
    databaseUrl: string,
    programsIn = (bin: string): Programs => new ForkedPrograms(bin, 'keystone'),
  ): Promise<RealKeystone> {
    mkdirSync(dir, { recursive: true });
    const bin = path.join(await ensureVenv(), 'bin');
    const keystone = new RealKeystone(dir, bin, programsIn(bin));
    keystone.use(databaseUrl);
    const owner = ['--keystone-user', await userName(), '--keystone-group', await groupName()];
    for (const command of ['fernet_setup', 'credential_setup']) {
      const outcome = await keystone.manage(command, ...owner);
      if (outcome.code !== 0) throw new Error(`${command} failed: ${outcome.stderr}`);
    }
    return keystone;
  }

  /** Points the following commands at another database, with more sections of keystone.conf. */
  use(databaseUrl: string, more: Sections = {}): void {
    const sections = {
      database: { connection: databaseUrl },
      token: { provider: 'fernet' },
      fernet_tokens: { key_repository: path.join(this.#dir, 'fernet') },
      credential: { key_repository: path.join(this.#dir, 'credential') },
      cache: { enabled: 'false' },
      ...more,
    };
    writeFileSync(this.config, confText(sections));
  }

  manage(...args: string[]): Promise<Outcome> {
    return this.#programs.run('keystone-manage', ['--config-file', this.config, ...args], process.env);
  }

  status(...args: string[]): Promise<Outcome> {
    const before = [this.#dir, '--config-file', this.config, 'upgrade', 'check'];
    return this.#programs.run('keystone-status', [...before, ...args], process.env);
  }

  /** Serves the API on a free loopback port and gives its address; stop it with `stop`. */
  async serve(): Promise<string> {
    this.#server = spawn(path.join(this.bin, 'python'), ['-c', SERVE, this.config], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const death = once(this.#server, 'exit').then(() => {
      throw new Error('Keystone ended before it served anything');
    });
    const [port] = (await Promise.race([once(this.#server.stdout!, 'data'), death])) as [Buffer];
    const url = `http://127.0.0.1:${port.toString().trim()}`;
    await until(() =>
      fetch(`${url}/v3`).then(
        (response) => response.ok,
        () => false,
      ),
    );
    return url;
  }

  /** Runs openstackclient; the environment says where, who and on what, so that no argument holds a password. */
  openstack(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
    const fixed = { OS_IDENTITY_API_VERSION: '3', OS_USERNAME: 'admin', OS_USER_DOMAIN_ID: 'default' };
    const whole = { PATH: process.env['PATH'], HOME: this.#dir, ...fixed, ...env };
    return this.#programs.run('openstack', args, whole);
  }

  stop(): void {
    this.#server?.kill('SIGKILL');
    this.#server = null;
  }

  close(): void {
    this.stop();
    this.#programs.close();
  }
}

const userName = async (): Promise<string> => (await run('id', ['-un'])).stdout.trim();
const groupName = async (): Promise<string> => (await run('id', ['-gn'])).stdout.trim();
