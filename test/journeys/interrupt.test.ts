import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome, until } from '../support/home/cli.ts';

const PASSWORD = { input: 'interrupt-Pw-1\n' };
const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '--bootstrap-region-id', 'RegionOne'];

describe('Ctrl-C while the engine starts for the first time', () => {
  it.concurrent.each([
    'Making a PostgreSQL database.',
    'Starting PostgreSQL.',
    'Starting Temporal.',
    'Starting a worker.',
  ])('at "%s" leaves what the next start can use', async (line) => {
    const home = new TestHome();
    try {
      const running = home.start(['up']);
      await until(() => running.stderr().includes(line));
      running.process.kill('SIGINT');
      expect((await running.outcome).code).toBe(130);
      expect(await home.run(['up'])).toMatchObject({ code: 0 });
      const parts = JSON.parse((await home.run(['ps', '-f', 'json'])).stdout) as { State: string }[];
      expect(parts.map(({ State }) => State)).toEqual(['running', 'running', 'running']);
    } finally {
      await home.remove();
    }
  });
});

describe('Ctrl-C while a command waits', () => {
  const home = new TestHome();
  const hold = async (sql: string) => {
    const blocker = await home.connect();
    await blocker.query(`begin; ${sql}`);
    return async (): Promise<void> => {
      await blocker.query('rollback');
      await blocker.end();
    };
  };
  const isWaiting = async (): Promise<boolean> =>
    (
      await home.query(
        "select from pg_stat_activity where application_name = 'keyward' and wait_event_type = 'Lock'",
      )
    ).length > 0;
  const isQuiet = async (): Promise<boolean> =>
    (await home.query("select from pg_stat_activity where application_name = 'keyward' and state <> 'idle'"))
      .length === 0;

  /** Starts the command, interrupts it while it waits for the lock, and lets go. */
  async function interrupted(args: string[], lock: string, signal: NodeJS.Signals = 'SIGINT') {
    const release = await hold(lock);
    const running = home.start(args, PASSWORD);
    await until(isWaiting);
    running.process.kill(signal);
    const outcome = await running.outcome;
    await release();
    await until(isQuiet);
    return outcome;
  }

  beforeAll(async () => {
    expect(await home.run(['up'])).toMatchObject({ code: 0 });
  });
  afterAll(() => home.remove());

  it('db sync makes nothing half, and a repeat all of it', async () => {
    const lock = "select pg_advisory_xact_lock(hashtext('keyward db sync'))";
    expect(await interrupted(['db', 'sync'], lock)).toMatchObject({ code: 130, stdout: '' });
    expect(await home.query("select from pg_tables where schemaname = 'public'")).toEqual([]);
    expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
    expect(await home.run(['db', 'sync', '--check'])).toMatchObject({ code: 0 });
  });

  const clear = () =>
    home.query(
      `truncate role, "user", assignment, system_assignment, region, keyward.audit cascade;
       delete from project where id <> '<<keystone.domain.root>>'`,
    );

  it.each([
    ['while it plans', 'lock table role in access exclusive mode'],
    ['after the plan', "select pg_advisory_xact_lock(hashtext('keyward bootstrap'))"],
    ['inside the transaction', 'lock table system_assignment in exclusive mode'],
  ])('bootstrap %s goes on without its command', async (_, lock) => {
    await clear();
    expect(await interrupted(BOOTSTRAP, lock)).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringMatching(/Detached; the run goes on: `keyward workflow follow \S+` shows it\./),
    });
    await until(async () => (await home.query('select from keyward.audit')).length === 14);
  });

  it('bootstrap between its COMMIT and its result is applied, and a repeat says so', async () => {
    await clear();
    const release = await hold('lock table system_assignment in exclusive mode');
    const running = home.start(BOOTSTRAP, PASSWORD);
    await until(isWaiting);
    const temporal = home.pid('temporal');
    process.kill(temporal, 'SIGSTOP');
    await release();
    await until(async () => (await home.query('select from keyward.audit')).length === 14);
    running.process.kill('SIGINT');
    expect(await running.outcome).toMatchObject({ code: 130, stdout: '' });
    process.kill(temporal, 'SIGCONT');
    expect(await home.run(BOOTSTRAP, PASSWORD)).toMatchObject({ code: 0, stdout: 'Nothing to change.\n' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: status upgrade check exits %i and prints no result', async (signal, code) => {
    const lock = 'lock table role in access exclusive mode';
    expect(await interrupted(['status', 'upgrade', 'check'], lock, signal)).toMatchObject({
      code,
      stdout: '',
    });
  });

  it('a change that waits for its row is not made', async () => {
    const before = await home.query('select * from role order by id');
    const lock = "select from role where name = 'reader' for update";
    expect(await interrupted(['role', 'set', '--no-immutable', 'reader'], lock)).toMatchObject({
      code: 130,
      stdout: '',
    });
    expect(await home.query('select * from role order by id')).toEqual(before);
    expect((await home.query("select from role_option where option_value = 'true'")).length).toBe(5);
  });

  it('a change whose connection is lost is told, and not made', async () => {
    const release = await hold("select from role where name = 'reader' for update");
    const running = home.start(['role', 'set', '--no-immutable', 'reader']);
    await until(isWaiting);
    await home.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keyward' and wait_event_type = 'Lock'",
    );
    expect(await running.outcome).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/can't be used: .*then repeat the command\.\n$/),
    });
    await release();
    expect((await home.query("select from role_option where option_value = 'true'")).length).toBe(5);
  });
});
