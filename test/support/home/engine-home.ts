import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Home, resolveHome } from '../../../src/config/home.ts';
import { listParts } from '../../../src/daemons/parts.ts';
import type { Part } from '../../../src/rules/part.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { killParts } from './kill-parts.ts';
import { cloneTemplate } from './template.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const SCRIPT = 'test/support/home/ensure-part.ts';

export const NOBODY = 65534;
export const isRoot = process.getuid?.() === 0;

export type Ensured = {
  address: DatabaseAddress & { address: string; uiAddress: string | null };
  lines: string[];
  /** The CommonJS files of packages that were loaded for it. */
  packages: string[];
  error?: { name: string; message: string; cure: string; exitCode: number };
};

/** A home that belongs to one test, which asks for its parts by this process or by others. */
export class EngineHome {
  readonly dir: string;
  readonly home: Home;

  constructor(name = 'keyward-engine-') {
    this.dir = realpathSync(mkdtempSync(path.join(tmpdir(), name)));
    this.home = resolveHome({ ...process.env, KEYWARD_HOME: this.dir });
  }

  /** Puts a clone of the template into it: what a test doesn't look at need not be made before its eyes. */
  clone(): void {
    cloneTemplate(this.home);
  }

  /**
   * `ensure` in a process of its own that has ended; the part lives on. `before` is put in front of its command
   * line, and `root` is the folder of a keyward's sources.
   */
  async ensure(
    part: 'postgres' | 'temporal',
    env: NodeJS.ProcessEnv = {},
    before: string[] = [],
    root = ROOT,
  ): Promise<Ensured> {
    const options = { env: { ...cleanEnvironment(), KEYWARD_HOME: this.dir, ...env } };
    const [program, ...args] = [...before, process.execPath, '--no-warnings', path.join(root, SCRIPT), part];
    const { stdout } = await run(program!, args, options);
    return JSON.parse(stdout) as Ensured;
  }

  async query<T extends object>(sql: string): Promise<T[]> {
    const client = new Client({ host: this.home.runDir, user: 'openstack', database: 'keystone' });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  part(name: string): Part {
    return listParts(this.home).find(({ part }) => part === name)!;
  }

  async remove(): Promise<void> {
    await killParts(this.home);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Makes an environment that forbids network namespaces but not user namespaces, which PostgreSQL needs. */
export function withoutNetworks(dir: string): NodeJS.ProcessEnv {
  const bin = path.join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/sh
    case " $* " in *' -n '*) exit 1 ;; esac
    PATH=\${PATH#*:} exec unshare "$@"\n`;
  writeFileSync(path.join(bin, 'unshare'), script, { mode: 0o755 });
  return { PATH: `${bin}:${process.env['PATH']}` };
}

/** Makes sure of a part as user 65534, who has no home folder; the folder given becomes that user's. */
export async function ensureAsNobody(
  part: 'postgres' | 'temporal',
  dir: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ensured> {
  chownSync(dir, NOBODY, NOBODY);
  const { stdout } = await run(process.execPath, ['--no-warnings', path.join(ROOT, SCRIPT), part], {
    env: { ...cleanEnvironment(), HOME: dir, KEYWARD_HOME: path.join(dir, 'home'), ...env },
    uid: NOBODY,
    gid: NOBODY,
    cwd: '/',
  });
  return JSON.parse(stdout) as Ensured;
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const isOurs = (name: string) => /^(OS_|TEMPORAL_|KEYWARD_|NODE_OPTIONS|XDG_RUNTIME_DIR)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs(name)));
}
