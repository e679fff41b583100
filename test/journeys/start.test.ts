import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';

/** What Node runs before keyward. */
const preloaded = (code: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(code)}"`,
});

/** A run's own id is …, and an object's 32 noughts. */
const RUN_TOLD = `bootstrap: run … started
bootstrap: plan bootstrap …
bootstrap: plan bootstrap: done
bootstrap: apply bootstrap …
bootstrap: apply bootstrap: done
`;
const BOOTSTRAPPED = `+------------------+--------------+--------------------------------------+----------------------------------+
| Action           | Resource     | Name                                 | ID                               |
+------------------+--------------+--------------------------------------+----------------------------------+
| create           | domain       | Default                              | default                          |
| create           | project      | admin                                | 00000000000000000000000000000000 |
| create           | user         | admin                                | 00000000000000000000000000000000 |
| create immutable | role         | reader                               | 00000000000000000000000000000000 |
| create immutable | role         | member                               | 00000000000000000000000000000000 |
| create immutable | role         | manager                              | 00000000000000000000000000000000 |
| create immutable | role         | admin                                | 00000000000000000000000000000000 |
| create immutable | role         | service                              | 00000000000000000000000000000000 |
| create           | implied role | member implies reader                | None                             |
| create           | implied role | manager implies member               | None                             |
| create           | implied role | admin implies manager                | None                             |
| grant            | role         | admin on project admin to user admin | 00000000000000000000000000000000 |
| grant            | role         | admin on system to user admin        | 00000000000000000000000000000000 |
| create           | region       | RegionOne                            | RegionOne                        |
+------------------+--------------+--------------------------------------+----------------------------------+
`;

const home = new TestHome();
afterAll(() => home.remove());

describe('a start that fails', () => {
  it('on an old Node says so in one line', async () => {
    const env = preloaded(
      "globalThis.process = Object.create(process, { versions: { value: { node: '20.19.0' } } })",
    );
    expect(await home.run(['--version'], { env })).toEqual({
      code: 69,
      stdout: '',
      stderr: 'Error: keyward needs Node 22.17 or newer, and this is 20.19.0. Install a newer Node.\n',
    });
  });

  it('since keyward is not built says so in one line', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'keyward-unbuilt-'));
    cpSync('bin', path.join(dir, 'bin'), { recursive: true });
    writeFileSync(path.join(dir, 'package.json'), '{"type":"module"}');
    const { status, stderr } = spawnSync(process.execPath, [path.join(dir, 'bin/run.js'), 'ps']);
    rmSync(dir, { recursive: true });
    expect(status).toBe(255);
    expect(stderr.toString()).toMatch(/^Error: keyward can't be loaded: .*`npm run build`.*\n$/);
  });

  it.each(['throw new Error("planted")', 'Promise.reject(new Error("planted"))'])(
    'by a bug (%s) is no result of a check',
    async (bug) => {
      const env = preloaded(
        `process.once('newListener', (event) => event === 'uncaughtException' && setImmediate(() => { ${bug} }))`,
      );
      expect(await home.run(['status', 'upgrade', 'check'], { env })).toMatchObject({
        code: 255,
        stdout: '',
        stderr: expect.stringContaining('Error: a bug in keyward: planted\n'),
      });
    },
  );
});

it('-h is --help', async () => {
  const help = await home.run(['role', 'create', '--help']);
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('EXAMPLES') });
  expect(await home.run(['role', 'create', '-h'])).toEqual(help);
});

describe('wrong usage', () => {
  it.each([
    [['bootstrap', '-c', 'Nope']],
    [['bootstrap', '--bootstrap-public-url', 'nope']],
    [['role', 'create', 'zed', '-c', 'Nope']],
    [['implied', 'role', 'create', 'reader', '--implied-role', 'member', '-c', 'Nope']],
    [['up', '-c', 'Nope']],
    [['workflow', 'list', '-c', 'Nope']],
    [['status', 'upgrade', 'check', '-c', 'Nope']],
  ])('%j starts nothing', async (args) => {
    const { code, stdout, stderr } = await home.run(args);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/^Error: .*nope.*\n$/i);
    expect(readdirSync(home.dir).toSorted()).toEqual(['log', 'run']);
  });
});

it('a whole bootstrap reads well in cron mail', async () => {
  await home.run(['up']);
  await home.run(['db', 'sync']);
  const args = ['bootstrap', '--bootstrap-password-stdin', '--bootstrap-region-id', 'RegionOne'];
  const { code, stdout, stderr } = await home.run(args, { input: 'start-Pw-1\n' });
  const plain = (text: string) =>
    text.replaceAll(/[\da-f]{32}/g, '0'.repeat(32)).replace(/run \S+ /, 'run … ');
  expect([code, plain(stderr), plain(stdout)]).toEqual([0, RUN_TOLD, BOOTSTRAPPED]);
});

describe('a reader that leaves early', () => {
  beforeAll(async () => {
    await home.run(['db', 'sync']);
    const args = ['bootstrap', '--bootstrap-password-stdin', '--immutable-roles'];
    expect(await home.run(args, { input: 'start-Pw-1\n' })).toMatchObject({ code: 0 });
  });

  it.each([
    ['stderr', '2>&1 >/dev/null | true'],
    ['stdout', '2>/dev/null | true'],
  ])('of %s does not change what a check exits with', async (_, redirection) => {
    const file = path.join(home.dir, 'code');
    const check = async (flag: string): Promise<string> => {
      const command = `{ keyward status upgrade check ${flag}; echo $? >&3; }`;
      return (await home.shell(`{ ${command} ${redirection}; } 3> ${file}; cat ${file}`)).stdout;
    };
    expect([await check(''), await check('--no-such')]).toEqual(['0\n', '64\n']);
  });
});
