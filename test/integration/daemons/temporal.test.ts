import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { stopParts } from '../../../src/daemons/parts.ts';
import { findTemporal } from '../../../src/daemons/temporal-server/binary.ts';
import { OPEN_NOTE } from '../../../src/rules/open-note.ts';
import { EngineHome, withoutNetworks } from '../../support/home/engine-home.ts';
import { until } from '../../support/home/cli.ts';

const silent = () => {};
let engine: EngineHome;
beforeEach(() => {
  engine = new EngineHome();
});
afterEach(() => engine.remove());

const portOf = (address: string): number => Number(address.split(':')[1]);

/** A PATH on which `temporal` is this script, and nothing else is there. */
function pathWith(script: string): NodeJS.ProcessEnv {
  const bin = path.join(engine.dir, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'temporal'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: bin, XDG_CACHE_HOME: path.join(engine.dir, 'cache') };
}

describe('ensureTemporal', () => {
  it('is started once by four commands at once, on a private socket', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => engine.ensure('temporal')));
    expect(all.flatMap(({ lines }) => lines)).toEqual(['Starting Temporal.']);
    const address = `unix:${engine.home.runDir}/temporal.sock`;
    for (const one of all) expect(one.address).toEqual({ address, uiAddress: null });
    expect(statSync(path.join(engine.dir, 'temporal.db')).mode & 0o777).toBe(0o600);
    expect((await engine.ensure('temporal')).packages).toEqual([]);
  });

  it('says once where other accounts get in, and closes it at the next start that can', async () => {
    const env = withoutNetworks(engine.dir);
    const open = await engine.ensure('temporal', env);
    expect(open.lines).toEqual(['Starting Temporal.', OPEN_NOTE]);
    expect(open.address.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect((await engine.ensure('temporal', env)).lines).toEqual([]);
    await stopParts(engine.home);
    const closed = await engine.ensure('temporal');
    expect(closed.lines).toEqual(['Starting Temporal.']);
    expect(closed.address.address).toMatch(/^unix:/);
  });
});

describe('on a loopback port', () => {
  const ensureOpen = (env: NodeJS.ProcessEnv = withoutNetworks(engine.dir)) => engine.ensure('temporal', env);

  it('comes back there after kill -9, and takes another one when somebody else has it by now', async () => {
    const { address } = await ensureOpen();
    process.kill(engine.part('temporal').pid!, 'SIGKILL');
    await until(() => engine.part('temporal').state === 'stopped');
    expect((await ensureOpen()).address).toEqual(address);
    await stopParts(engine.home);
    const squatter = createServer().listen(portOf(address.address), '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const { address: other } = await ensureOpen();
      expect(other.address).toMatch(/^127/);
      expect(other.address).not.toBe(address.address);
    } finally {
      squatter.close();
    }
  });

  /** A `temporal` that is the real one; its first starts are given a port that somebody has. */
  async function withUnlucky(starts: number, port: number): Promise<NodeJS.ProcessEnv> {
    const { command } = await findTemporal(engine.home, silent);
    const env = withoutNetworks(engine.dir);
    const script = `[ "$1" = server ] || exec ${command} "$@"
      echo >> starts
      [ "$(wc -l < starts)" -gt ${starts} ] || set -- "$@" --http-port=${port}
      exec ${command} "$@"`;
    writeFileSync(path.join(engine.dir, 'bin/temporal'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return env;
  }

  it.each([
    ['starts', 'twice', 2, undefined],
    ['gives up, and says why,', 'again and again', 5, /exit code 1\).*bind: address already in use/],
  ])('%s when a port that it chooses itself is taken %s', async (_does, _when, times, refusal) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      const { port } = squatter.address() as AddressInfo;
      const { error } = await ensureOpen(await withUnlucky(times, port));
      expect(error?.message).toEqual(refusal ? expect.stringMatching(refusal) : undefined);
      expect((error?.message ?? '').length).toBeLessThan(1200);
      expect(engine.part('temporal').state).toBe(refusal ? 'stopped' : 'running');
      // Others on this machine may take a port meanwhile, too.
      const { length } = readFileSync(path.join(engine.dir, 'starts'), 'utf8');
      expect(length).toBeGreaterThanOrEqual(Math.min(times + 1, 5));
    } finally {
      squatter.close();
    }
  });

  it('starts again with its web UI when that is asked for, at the same address', async () => {
    const { address } = await ensureOpen();
    const withUi = await ensureOpen({ ...withoutNetworks(engine.dir), UI: 'true' });
    expect(withUi.address.address).toBe(address.address);
    expect((await fetch(withUi.address.uiAddress!)).ok).toBe(true);
    expect((await ensureOpen()).address).toEqual(withUi.address);
  });
});

describe('without a Temporal that works', () => {
  it('tells what a program that does not start said', async () => {
    const env = pathWith(
      '[ "$1" = --version ] && exec /bin/echo Server 1; /bin/echo no space left >&2; exit 3',
    );
    const { error } = await engine.ensure('temporal', env);
    expect(error).toMatchObject({ name: 'PartEnded', exitCode: 69 });
    expect(error!.message).toMatch(/exit code 3.*no space left/);
    expect(engine.part('temporal').state).toBe('stopped');
  });

  it('tells of a program that does not run at all', async () => {
    const { error } = await engine.ensure('temporal', pathWith('/bin/echo wrong architecture >&2; exit 126'));
    expect(error).toMatchObject({ name: 'TemporalUnusable', exitCode: 69 });
    expect(error!.message).toMatch(/bin\/temporal does not run: wrong architecture/);
  });
});
