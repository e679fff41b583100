import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome, until } from '../support/home/cli.ts';
import { CTRL_C, CTRL_D, TestTerminal } from '../support/home/terminal.ts';

const PASSWORD = 'terminal-Pw-1';
const BOOTSTRAP = ['bootstrap', '--bootstrap-region-id', 'RegionOne'];
const home = TestHome.clone();
const open = (args: string[], options = {}) => new TestTerminal(home.dir, args, options);
const count = async (table: string): Promise<number> => (await home.query(`select from ${table}`)).length;
const hides = '\u001B[?25l';
const shows = '\u001B[?25h';

beforeAll(async () => {
  await home.run(['up']);
  await home.run(['db', 'sync']);
});
afterEach(() =>
  home.query(
    `truncate role, "user", assignment, system_assignment, region, service, endpoint, keyward.audit cascade;
     delete from project where id <> '<<keystone.domain.root>>'`,
  ),
);
afterAll(() => home.remove());

describe('the password prompt', () => {
  it('asks twice, shows nothing of what is typed, and bootstraps', async () => {
    const terminal = open(BOOTSTRAP);
    await terminal.waitFor('Password for the new user admin: ');
    terminal.type(`${PASSWORD}\r`);
    await terminal.waitFor('The same again: ');
    terminal.type(`${PASSWORD}\r`);
    expect(await terminal.exited).toBe(0);
    expect(terminal.shown).not.toContain(PASSWORD);
    expect(await count('local_user')).toBe(1);
  });

  it.each<[string, (terminal: TestTerminal) => Promise<void>, number, string]>([
    [
      'two that differ',
      async (terminal) => {
        terminal.type('one-Pw-1\r');
        await terminal.waitFor('The same again: ');
        terminal.type('other-Pw-1\r');
      },
      64,
      'The two passwords differ.',
    ],
    [
      'an empty one',
      async (terminal) => {
        terminal.type('\r');
        await terminal.waitFor('The same again: ');
        terminal.type('\r');
      },
      64,
      'The password is empty.',
    ],
    ['Ctrl-C', async (terminal) => terminal.type(CTRL_C), 130, 'Interrupted; nothing was started.'],
    ['Ctrl-D', async (terminal) => terminal.type(CTRL_D), 64, 'No password was given.'],
  ])('%s writes nothing', async (_, type, code, message) => {
    const terminal = open(BOOTSTRAP);
    await terminal.waitFor('Password for the new user admin: ');
    await type(terminal);
    expect(await terminal.exited).toBe(code);
    expect(terminal.shown.replaceAll(/\s+/g, ' ')).toContain(message);
    expect(await count('role')).toBe(0);
  });
});

describe('on a terminal', () => {
  it.each([
    [
      '--password-stdin is refused, since it would show the password',
      ['alice', '--password-stdin'],
      64,
      'which would show',
    ],
    ['nobody is asked for the password of a user who is not there', ['nobody'], 1, "'nobody' exists"],
  ])('%s', async (_, args, code, message) => {
    const terminal = open(['user', 'password', 'set', ...args]);
    expect(await terminal.exited).toBe(code);
    expect(terminal.shown.replaceAll(/\s+/g, ' ')).toContain(message);
  });
});

it('a table is as wide as the terminal; in a pipe only a limit that is asked for holds', async () => {
  const widest = (text: string) =>
    Math.max(...text.split(/\r?\n/).flatMap((line) => (/^[|+]/.test(line) ? [line.length] : [])));
  // As cliff does it, the columns share what is there, and may leave a character or two.
  const expectFilled = (width: number, limit: number): void => {
    expect(width).toBeLessThanOrEqual(limit);
    expect(width).toBeGreaterThan(limit - 3);
  };
  const list = ['status', 'upgrade', 'list'];
  const terminal = open(list, { columns: 90 });
  expect(await terminal.exited).toBe(0);
  expectFilled(widest(terminal.shown), 90);
  expect(widest((await home.run(list)).stdout)).toBeGreaterThan(120);
  expectFilled(widest((await home.run([...list, '--max-width', '77'])).stdout), 77);
  const env = { CLIFF_MAX_TERM_WIDTH: '66' };
  expectFilled(widest((await home.run(list, { env })).stdout), 66);
  const paged = open([...list, '--fit-width'], { columns: 99, stdoutTo: path.join(home.dir, 'paged') });
  expect(await paged.exited).toBe(0);
  expectFilled(widest(readFileSync(path.join(home.dir, 'paged'), 'utf8')), 99);
});

describe('progress on a terminal', () => {
  const withPassword = { OS_BOOTSTRAP_PASSWORD: PASSWORD };

  it.each([80, 40])('shows the run and its end, then the result, in %i columns', async (columns) => {
    const terminal = open(BOOTSTRAP, { env: withPassword, columns });
    expect(await terminal.exited).toBe(0);
    expect(terminal.shown).toMatch(/✔\S* bootstrap[^]*\| create/);
    expect(terminal.shown.lastIndexOf(shows)).toBeGreaterThanOrEqual(terminal.shown.lastIndexOf(hides));
  });

  it('stays out of a redirected result', async () => {
    const file = path.join(home.dir, 'result.json');
    const terminal = open([...BOOTSTRAP, '-f', 'json'], { env: withPassword, stdoutTo: file });
    expect(await terminal.exited).toBe(0);
    expect(terminal.shown).toMatch(/✔\S* bootstrap/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(14);
  });

  it('marks a run that failed, and gives the cursor back', async () => {
    await home.run(BOOTSTRAP, { env: withPassword });
    await home.query("update project set enabled = false where id = 'default'");
    const terminal = open(BOOTSTRAP, { env: withPassword });
    expect(await terminal.exited).toBe(1);
    expect(terminal.shown).toContain('The domain default is disabled.');
    expect(terminal.shown.lastIndexOf(shows)).toBeGreaterThanOrEqual(terminal.shown.lastIndexOf(hides));
  });

  it('Ctrl-C leaves the run and the terminal in order', async () => {
    const blocker = await home.connect();
    await blocker.query('begin; lock table system_assignment in exclusive mode');
    const terminal = open(BOOTSTRAP, { env: withPassword });
    await terminal.waitFor('apply bootstrap');
    terminal.type(CTRL_C);
    expect(await terminal.exited).toBe(130);
    expect(terminal.shown.replaceAll(/\s+/g, ' ')).toContain('Detached; the run goes on');
    expect(terminal.shown.lastIndexOf(shows)).toBeGreaterThanOrEqual(terminal.shown.lastIndexOf(hides));
    await blocker.query('commit');
    await blocker.end();
    await until(async () => (await count('keyward.audit')) === 14);
  });
});
