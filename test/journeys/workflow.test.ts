import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listParts } from '../../src/daemons/parts.ts';
import { BOOTSTRAP_LOCK, type Outcome, runIdOf, type Running, TestHome, until } from '../support/home/cli.ts';

const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '-f', 'json'];
const PASSWORD = { input: 'workflow-Pw-1\n' };
const BEFORE_PLANNING = 'lock table role in access exclusive mode';
const home = TestHome.clone();

type Run = { ID: string; Type: string; Status: string; Started: string; Closed: string | null };
type Held = { id: string; running: Running; release: () => Promise<void> };

const workflow = (...args: string[]): Promise<Outcome> => home.run(['workflow', ...args]);
const json = async <T>(...args: string[]): Promise<T> =>
  JSON.parse((await workflow(...args, '-f', 'json')).stdout) as T;
const statusOf = async (id: string): Promise<string> => (await json<{ status: string }>('show', id)).status;
/** As its files are named. */
const workerName = (): string =>
  listParts(home.home)
    .find(({ part }) => part.startsWith('worker'))!
    .part.replace(' ', '-');
const countRoles = async (): Promise<number> => (await home.query('select from role')).length;

/** A bootstrap under way that waits for a lock. */
async function heldBootstrap(lock: string, ...flags: string[]): Promise<Held> {
  const release = await home.holdUp(lock);
  const running = home.start([...BOOTSTRAP, ...flags], PASSWORD);
  await until(() => home.isHeldUp(lock === BOOTSTRAP_LOCK ? 'advisory' : 'relation'));
  return { id: runIdOf(running.stderr())!, running, release };
}

/** What the server does by itself 15 s after it has given the step that applies to a worker that then died. */
async function giveUpStep(workflowId: string): Promise<void> {
  const connection = await Connection.connect({ address: home.temporal });
  await connection.workflowService.respondActivityTaskFailedById({
    namespace: 'default',
    workflowId,
    activityId: '2',
    failure: { message: 'its worker has died', applicationFailureInfo: { nonRetryable: false } },
  });
  await connection.close();
}

beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
});
beforeEach(() =>
  home.query(`truncate role, "user", assignment, system_assignment, keyward.audit cascade;
    delete from project where id <> '<<keystone.domain.root>>'`),
);
afterAll(() => home.remove());

it('list, show and follow tell of a run under way and of one that has ended', async () => {
  const { id, running, release } = await heldBootstrap(BOOTSTRAP_LOCK);
  await until(async () => (await json<Run[]>('list')).some(({ ID }) => ID === id));
  expect(await json<Run[]>('list', '--limit', '1')).toMatchObject([
    { ID: id, Type: 'bootstrap', Status: 'running', Closed: null },
  ]);
  const shown = await workflow('show', id, '-f', 'json');
  expect(JSON.parse(shown.stdout)).toMatchObject({
    status: 'running',
    input: { username: 'admin', password: '***' },
    pending: [{ activity: 'applyBootstrap', attempt: 1 }],
  });
  expect(shown.stdout).not.toContain('workflow-Pw-1');

  const follower = home.start(['workflow', 'follow', id]);
  await until(() => follower.stderr().includes('apply bootstrap …'));
  await release();
  const [followed, outcome] = await Promise.all([follower.outcome, running.outcome]);
  expect([followed.code, outcome.code]).toEqual([0, 0]);
  expect(followed.stderr).toContain('run: apply bootstrap: done');
  const result = JSON.parse(followed.stdout) as { changes: unknown[] };
  expect(result.changes).toHaveLength((JSON.parse(outcome.stdout) as unknown[]).length);

  expect(await json('show', id)).toMatchObject({ status: 'completed', pending: [], result });
  expect(await workflow('follow', id)).toMatchObject({ code: 0, stdout: followed.stdout });
  await until(async () => (await json<Run[]>('list'))[0]!.Status === 'completed');
});

it('progress tells which check runs, and at which attempt a step was done', async () => {
  const checked = await home.run(['status', 'upgrade', 'check']);
  expect(checked.stderr).toContain('upgrade check: run check identity-default-roles-immutable: done\n');
  const { running, release } = await heldBootstrap(BOOTSTRAP_LOCK);
  await home.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keyward' and wait_event = 'advisory'",
  );
  await release();
  const { code, stderr } = await running.outcome;
  expect(code).toBe(0);
  expect(stderr).toContain('bootstrap: plan bootstrap: done\n');
  expect(stderr).toContain('bootstrap: apply bootstrap: done (attempt 2)\n');
});

describe("the worker's log", () => {
  const log = () => readFileSync(path.join(home.home.logDir, `${workerName()}.log`), 'utf8');

  it('tells when what happened in which run, and no secret', async () => {
    const { id, running, release } = await heldBootstrap(BOOTSTRAP_LOCK);
    await home.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keyward' and wait_event = 'advisory'",
    );
    await release();
    expect(await running.outcome).toMatchObject({ code: 0 });
    const [failed] = log()
      .split('\n')
      .filter((line) => line.includes(`workflow=${id} `));
    expect(failed).toMatch(
      / WARN Activity failed workflow=\S+( run=\S+)? activity=applyBootstrap attempt=1 error=\w+$/,
    );
    for (const line of log().trim().split('\n'))
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARN|ERROR) \S/);
    expect(log()).not.toContain('workflow-Pw-1');
  });
});

it('a run of a workflow that the worker does not have is ended, and told', async () => {
  const target = workerName().replace('worker-', '');
  const connection = await Connection.connect({ address: home.temporal });
  const client = new Client({ connection });
  const id = `${target}/planted/1`;
  await client.workflow.start('planted', { taskQueue: `keyward-${target}`, workflowId: id });
  await connection.close();
  const { code, stderr } = await workflow('follow', id);
  expect(code).toBe(69);
  expect(stderr).toMatch(
    /Error: The worker that took the run \(build [\da-f]{12}\) has no workflow 'planted'\. .*one version of keyward/,
  );
});

describe('cancel', () => {
  it('lets the present step end, and the run then ends as cancelled with nothing written', async () => {
    const { id, running, release } = await heldBootstrap(BEFORE_PLANNING);
    const cancelled = await workflow('cancel', id);
    expect(cancelled).toMatchObject({ code: 0, stdout: '' });
    expect(cancelled.stderr).toContain(`The run ${id} was asked to cancel.`);
    expect(await statusOf(id)).toBe('running');
    await release();
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      `Error: The run ${id} was cancelled. Nothing was changed. Run the command again: a repeat is safe.`,
    );
    expect(await json('show', id)).toMatchObject({ status: 'cancelled', pending: [] });
    expect(await workflow('follow', id)).toMatchObject({ code: 1, stdout: '' });
    expect(await countRoles()).toBe(0);
  });

  it('of a run that is applying comes too late: it tells what it has written', async () => {
    const { id, running, release } = await heldBootstrap(BOOTSTRAP_LOCK);
    expect(await workflow('cancel', id)).toMatchObject({ code: 0 });
    await release();
    const { code, stdout } = await running.outcome;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).not.toHaveLength(0);
    expect(await statusOf(id)).toBe('completed');
    expect(await countRoles()).toBe(5);
  });
});

it('terminate ends a run at once', async () => {
  const { id, running, release } = await heldBootstrap(BEFORE_PLANNING);
  const terminated = await workflow('terminate', id);
  expect(terminated).toMatchObject({ code: 0, stdout: '' });
  expect(terminated.stderr).toContain(`The run ${id} was terminated.`);
  const { code, stdout, stderr } = await running.outcome;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(
    `Error: The run ${id} was terminated. Nothing was changed. Run the command again.`,
  );
  expect(await statusOf(id)).toBe('terminated');
  await release();
  for (const command of ['cancel', 'terminate']) {
    const late = await workflow(command, id);
    expect(late.code).toBe(1);
    expect(late.stderr).toContain(`The run ${id} has ended already: terminated.`);
  }
  expect(await countRoles()).toBe(0);
});

it.each(['show', 'follow', 'cancel', 'terminate'])('%s of an id that no run has', async (command) => {
  for (const id of ['no/such/run', '', 'x'.repeat(2000)]) {
    const { code, stdout, stderr } = await workflow(command, id);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`Error: There is no run '${id}'. \`keyward workflow list\` shows the runs.`);
  }
});

it('--timeout ends the command with 75, and the run goes on and ends', async () => {
  const { id, running, release } = await heldBootstrap(BOOTSTRAP_LOCK, '--timeout', '1');
  const { code, stdout, stderr } = await running.outcome;
  expect([code, stdout]).toEqual([75, '']);
  expect(stderr).toContain(`The run ${id} is still running after 1 s. Wait for it with`);
  expect(stderr).toContain(`\`keyward workflow follow ${id}\``);
  expect(await workflow('follow', id, '--timeout', '1')).toMatchObject({ code: 75, stdout: '' });
  await release();
  expect(await workflow('follow', id)).toMatchObject({ code: 0 });
  expect(await countRoles()).toBe(5);
});

it("a run of a file's database is followed with that file, also when its worker has died, and not without", async () => {
  const conf = path.join(home.dir, "key stone's.conf");
  await home.query('create database other', 'postgres');
  writeFileSync(conf, `[database]\nconnection = ${home.urlOf('other')}\n`);
  await home.run(['db', 'sync', '--config-file', conf]);
  const release = await home.holdUp(BOOTSTRAP_LOCK, 'other');
  const running = home.start([...BOOTSTRAP, '--config-file', conf], PASSWORD);
  await until(() => home.isHeldUp('advisory', 'other'));
  const id = runIdOf(running.stderr())!;
  running.process.kill('SIGINT');
  const [, command] = /`(keyward workflow follow .*)` shows it/.exec((await running.outcome).stderr)!;
  const worker = listParts(home.home).find(({ part }) => part === `worker ${id.split('/')[0]}`)!;
  process.kill(worker.pid!, 'SIGKILL');
  await release();
  await giveUpStep(id);
  const elsewhere = await workflow('follow', id);
  expect(elsewhere).toMatchObject({ code: 1, stdout: '' });
  expect(elsewhere.stderr).toMatch(/is of another database\. .*--config-file/);
  expect(await home.shell(command!)).toMatchObject({ code: 0 });
});

it('status upgrade check --no-wait prints the id, and follow shows the result', async () => {
  const { code, stdout } = await home.run(['status', 'upgrade', 'check', '--no-wait']);
  expect(code).toBe(0);
  const followed = await workflow('follow', stdout.trim());
  expect(JSON.parse(followed.stdout)).toHaveLength(3);
});

it('--no-wait prints the id, alone, while the run goes on', async () => {
  const release = await home.holdUp(BOOTSTRAP_LOCK);
  const { code, stdout } = await home.run([...BOOTSTRAP, '--no-wait'], PASSWORD);
  expect([code, stdout.endsWith('\n')]).toEqual([0, true]);
  const id = stdout.trim();
  expect(await statusOf(id)).toBe('running');
  await release();
  expect(await workflow('follow', id)).toMatchObject({ code: 0 });
  expect(await countRoles()).toBe(5);
});

it('a step that waits for a lock is told with who holds it, and ends well when it is let go', async () => {
  const { running, release } = await heldBootstrap(BEFORE_PLANNING);
  await until(() => /waiting for a lock of process \d+ \(.*user openstack/.test(running.stderr()));
  await release();
  const { code, stderr } = await running.outcome;
  expect(code).toBe(0);
  expect(stderr).toContain('bootstrap: apply bootstrap: done');
});
