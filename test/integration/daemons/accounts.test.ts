import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homeHash, resolveHome } from '../../../src/config/home.ts';
import { listParts, stopParts } from '../../../src/daemons/parts.ts';
import { findTemporal } from '../../../src/daemons/temporal-server/binary.ts';
import { EngineHome, ensureAsNobody, isRoot } from '../../support/home/engine-home.ts';

const asRoot = isRoot ? describe : describe.skip;

asRoot('root', () => {
  let engine: EngineHome;
  beforeEach(() => {
    engine = new EngineHome();
  });
  afterEach(async () => {
    await engine.remove();
    rmSync(annex(), { recursive: true, force: true });
  });
  const annex = () => path.join('/var/lib/keyward', homeHash(engine.dir));

  /** As on a kernel that forbids user namespaces. */
  function withoutNamespaces(): NodeJS.ProcessEnv {
    const bin = path.join(engine.dir, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    return { PATH: `${bin}:${process.env['PATH']}` };
  }

  it('runs PostgreSQL as an account that is there where user namespaces are forbidden', async () => {
    const env = withoutNamespaces();
    const first = await engine.ensure('postgres', env);
    expect(first.error).toBeUndefined();
    expect(first.address.host).toBe(path.join(annex(), 'run'));
    expect(existsSync(path.join(engine.dir, 'postgres'))).toBe(false);
    const { pid } = engine.part('postgres');
    // Namespaces that are allowed later do not hide the data.
    const second = await engine.ensure('postgres');
    expect(second).toMatchObject({ address: first.address, lines: [] });
    expect(engine.part('postgres').pid).toBe(pid);
    await stopParts(engine.home);
    expect((await engine.ensure('postgres', env)).lines).toEqual(['Starting PostgreSQL.']);
  });

  it('does not hide a database behind a new one when user namespaces are forbidden later', async () => {
    await engine.ensure('postgres');
    await stopParts(engine.home);
    const { error } = await engine.ensure('postgres', withoutNamespaces());
    expect(error).toMatchObject({ name: 'UserNamespaceForbidden', exitCode: 69 });
    expect(existsSync(annex())).toBe(false);
  });
});

asRoot('an ordinary user', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'keyward-user-'));
  });
  afterEach(async () => {
    await stopParts(homeOf(dir));
    rmSync(dir, { recursive: true, force: true });
  });

  it('has PostgreSQL and Temporal of its own', async () => {
    const { cacheDir } = resolveHome({ ...process.env, KEYWARD_HOME: path.join(dir, 'finder') });
    const { command } = await findTemporal({ ...homeOf(dir), cacheDir }, () => {});
    placeTemporal(command, path.join(dir, '.cache/keyward/bin'));
    const postgres = await ensureAsNobody('postgres', dir);
    const temporal = await ensureAsNobody('temporal', dir);
    expect([postgres.error, temporal.error]).toEqual([undefined, undefined]);
    expect(temporal.address.address).toBe(`unix:${homeOf(dir).runDir}/temporal.sock`);
    expect(listParts(homeOf(dir)).map(({ state }) => state)).toEqual(['running', 'running']);
  });

  it("can't use a home of somebody else's", async () => {
    mkdirSync(path.join(dir, 'home'));
    chmodSync(path.join(dir, 'home'), 0o700);
    const { error } = await ensureAsNobody('postgres', dir);
    expect(error).toMatchObject({ name: 'HomeUnusable', exitCode: 69 });
    expect(error!.cure).toContain('KEYWARD_HOME');
  });

  /** Root looks at it without owning it. */
  const homeOf = (folder: string) => ({
    dir: path.join(folder, 'home'),
    runDir: path.join(folder, 'home/run'),
    logDir: path.join(folder, 'home/log'),
    cacheDir: path.join(folder, '.cache/keyward'),
  });

  /** Root's own cache can't be read by others. */
  function placeTemporal(source: string, folder: string): void {
    mkdirSync(folder, { recursive: true });
    copyFileSync(source, path.join(folder, 'temporal'), constants.COPYFILE_FICLONE);
    chmodSync(path.join(folder, 'temporal'), 0o755);
  }
});

asRoot('a uid that has no name', () => {
  const asNameless = (code: string) => {
    const config = path.resolve('src/config');
    const script = `const { accountName } = await import('${config}/account-name.ts');
      const { parseDatabaseUrl } = await import('${config}/database-url.ts'); ${code}`;
    const args = ['--no-warnings', '--input-type=module', '-e', script];
    return spawnSync(process.execPath, args, { uid: 54321, gid: 54321, encoding: 'utf8' });
  };

  it('is null', () => {
    expect(asNameless('console.log(accountName())')).toMatchObject({ status: 0, stdout: 'null\n' });
  });

  it('must be given a user in a URL', () => {
    const { stderr } = asNameless("parseDatabaseUrl('postgresql://h/d', 'The URL')");
    expect(stderr).toContain("The URL names no user, and this process's uid has no name to take instead.");
  });
});
