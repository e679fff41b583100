import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { type Outcome, runIdOf, TestHome, until } from '../support/home/cli.ts';

const CANARY = 'canary-Pw-7f3a9c';
const home = TestHome.clone();
afterAll(() => home.remove());

/** Every file below the home (Temporal's database, logs, records, sockets aside), as bytes. */
function everyFile(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(dir, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
const holding = (files: string[], text: string): string[] =>
  files.filter((file) => readFileSync(file).includes(text));

/** The argument lists of all processes, as `ps` shows them. */
const everyArgv = (): string =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');

it('a password is found nowhere but in the file that it came from', async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  await home.run(['db', 'sync']);
  await home.query("alter system set log_statement = 'all'");
  await home.query('select pg_reload_conf()');
  const file = path.join(home.dir, 'password.txt');
  writeFileSync(file, `${CANARY}\n`, { mode: 0o600 });

  const blocker = await home.connect();
  await blocker.query('begin; lock table role in exclusive mode');
  const running = home.start(['bootstrap', '--bootstrap-password-file', file]);
  await until(() => running.stderr().includes('apply bootstrap'));
  expect(everyArgv()).toContain('--bootstrap-password-file');
  expect(everyArgv()).not.toContain(CANARY);
  await blocker.query('commit');
  await blocker.end();

  const outcomes: Outcome[] = [await running.outcome];
  for (const args of [
    ['bootstrap', '--dry-run', '--bootstrap-password-file', file],
    ['audit', 'list', '-f', 'json'],
    ['workflow', 'list'],
  ]) {
    outcomes.push(await home.run(args));
  }
  const [run] = JSON.parse((await home.run(['workflow', 'list', '-f', 'json'])).stdout) as { ID: string }[];
  const shown = await home.run(['workflow', 'show', run!.ID, '-f', 'json']);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    type: 'bootstrap',
    status: 'completed',
    input: { username: 'admin', password: '***' },
  });
  outcomes.push(
    shown,
    await home.run([
      'bootstrap',
      '--bootstrap-password-file',
      file,
      '--bootstrap-region-id',
      'x'.repeat(256),
    ]),
  );
  for (const { stdout, stderr } of outcomes) expect(stdout + stderr).not.toContain(CANARY);
  expect(outcomes[0]).toMatchObject({ code: 0 });

  const files = everyFile(home.dir);
  expect(holding(files, 'pg_advisory_xact_lock')).toContain(path.join(home.dir, 'log', 'postgres.log'));
  expect(holding(files, 'planBootstrap')).toContain(path.join(home.dir, 'temporal.db'));
  expect(holding(files, CANARY)).toEqual([file]);
});

/** The environments of this home's daemons, which outlive the command that starts them. */
const daemonEnvironments = (): string =>
  (['postgres', 'temporal', 'worker'] as const)
    .map((part) => readFileSync(`/proc/${home.pid(part)}/environ`, 'utf8'))
    .join('\n');

it.each<[string, string, string[], (canary: string) => { input?: string; env?: NodeJS.ProcessEnv }]>([
  ['standard input', 'canary-stdin-4e', ['--bootstrap-password-stdin'], (input) => ({ input })],
  ['the environment', 'canary-env-9d', [], (canary) => ({ env: { OS_BOOTSTRAP_PASSWORD: canary } })],
])('nor one from %s, also by a command that starts the engine', async (_, canary, args, options) => {
  expect(await home.run(['down'])).toMatchObject({ code: 0 });
  const reset = await home.run(['bootstrap', ...args, '-f', 'value'], options(canary));
  expect(reset).toMatchObject({ code: 0, stdout: expect.stringContaining('reset password') });
  expect(reset.stdout + reset.stderr).not.toContain(canary);
  expect(daemonEnvironments()).toContain('PATH=');
  expect(daemonEnvironments()).not.toContain(canary);
  expect(everyArgv()).not.toContain(canary);
  expect(holding(everyFile(home.dir), canary)).toEqual([]);
});

it('nor that of a run that failed while it was applied', async () => {
  const canary = 'canary-failed-51';
  await home.query(
    `create rule lost as on insert to system_assignment do instead nothing; delete from system_assignment`,
  );
  const failed = await home.run(['bootstrap', '--bootstrap-password-stdin'], { input: canary });
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('did not keep what was written') });
  const shown = await home.run(['workflow', 'show', runIdOf(failed.stderr)!, '-f', 'json']);
  expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'failed', input: { password: '***' } });
  expect(failed.stdout + failed.stderr + shown.stdout + shown.stderr).not.toContain(canary);
  expect(holding(everyFile(home.dir), canary)).toEqual([]);
});
