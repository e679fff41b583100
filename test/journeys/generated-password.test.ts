import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BOOTSTRAP_LOCK, type Running, runIdOf, TestHome, until } from '../support/home/cli.ts';

const home = TestHome.clone();
const file = path.join(home.dir, 'admin.txt');
const INTO_FILE = ['bootstrap', `--generate-password=${file}`];
const TOLD = ['bootstrap', '--generate-password'];

beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
});
beforeEach(async () => {
  rmSync(file, { force: true });
  await home.query(
    `truncate role, "user", assignment, system_assignment, keyward.audit cascade;
     delete from project where id <> '<<keystone.domain.root>>'`,
  );
});
afterAll(() => home.remove());

const tellsOf = (stderr: string): string | undefined =>
  /^If the user admin is created, its password will be: (\S+)$/m.exec(stderr)?.[1];

/** Leaves the command while its run is held up, and lets the run finish. */
async function leaveBehind(args: string[], leave: (running: Running) => unknown) {
  const release = await home.holdUp(BOOTSTRAP_LOCK);
  const running = home.start(args);
  await until(() => home.isHeldUp('advisory'));
  await leave(running);
  const left = await running.outcome;
  await release();
  expect(await home.run(['workflow', 'follow', runIdOf(left.stderr)!])).toMatchObject({ code: 0 });
  return left;
}

/** A bootstrap with the user's own password has nothing to change. */
const isPassword = async (password: string | undefined): Promise<boolean> => {
  const args = ['bootstrap', '--dry-run', '--bootstrap-password-stdin'];
  return (await home.run(args, { input: `${password}\n` })).code === 0;
};

describe('a generated password outlives its command', () => {
  it.each<[string, string[], (running: Running) => unknown, number]>([
    ['--timeout', ['--timeout', '1'], () => {}, 75],
    ['SIGINT', [], ({ process }) => process.kill('SIGINT'), 130],
    ['SIGTERM', [], ({ process }) => process.kill('SIGTERM'), 143],
  ])('%s: on stderr, and in its file', async (_, args, leave, code) => {
    const told = await leaveBehind([...TOLD, ...args], leave);
    expect([told.code, told.stdout]).toEqual([code, '']);
    expect(await isPassword(tellsOf(told.stderr))).toBe(true);
    await home.query('truncate "user", keyward.audit cascade');
    expect((await leaveBehind([...INTO_FILE, ...args], leave)).code).toBe(code);
    expect(await isPassword(readFileSync(file, 'utf8').trim())).toBe(true);
  });

  it('and without a file, --no-wait is refused', async () => {
    const { code, stderr } = await home.run([...TOLD, '--no-wait']);
    expect([code, stderr]).toEqual([64, expect.stringContaining('--generate-password=FILE')]);
  });
});

it('is told before the run, and not used where the user was there', async () => {
  const first = await home.run(TOLD);
  expect(first.stderr.indexOf('its password will be')).toBeLessThan(first.stderr.indexOf(' started'));
  expect(await isPassword(tellsOf(first.stderr))).toBe(true);
  const second = await home.run(TOLD);
  expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('is not used') });
  expect(await isPassword(tellsOf(second.stderr))).toBe(false);
});

describe('its file goes with a run that wrote nothing, so that the command can be repeated', () => {
  it('refused by its plan', async () => {
    await home.query(
      "insert into project values ('feed', 'Default', '{}', '', true, '<<keystone.domain.root>>', null, true)",
    );
    expect(await home.run(INTO_FILE)).toMatchObject({ code: 1 });
    expect(existsSync(file)).toBe(false);
    await home.query("delete from project where id = 'feed'");
    expect(await home.run(INTO_FILE)).toMatchObject({ code: 0 });
    expect(existsSync(file)).toBe(true);
  });

  it('refused while it was applied', async () => {
    await home.query('create rule lost as on insert to system_assignment do instead nothing');
    expect(await home.run(INTO_FILE)).toMatchObject({ code: 1 });
    await home.query('drop rule lost on system_assignment');
    expect(existsSync(file)).toBe(false);
  });

  it('never started', async () => {
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    expect(await home.run(INTO_FILE, { env })).toMatchObject({ code: 69 });
    expect(existsSync(file)).toBe(false);
  });
});
