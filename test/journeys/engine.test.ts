import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listParts } from '../../src/daemons/parts.ts';
import { findTemporal } from '../../src/daemons/temporal-server/binary.ts';
import { OPEN_NOTE } from '../../src/rules/open-note.ts';
import { TestHome, until } from '../support/home/cli.ts';
import { withoutNetworks } from '../support/home/engine-home.ts';

type PsRow = {
  Part: string;
  State: string;
  PID: number | null;
  Version: string;
  Address: string;
  Since: string;
};

let cli: TestHome;
beforeAll(() => {
  cli = new TestHome();
});
afterAll(() => cli.remove());

const ps = async (): Promise<PsRow[]> => JSON.parse((await cli.run(['ps', '-f', 'json'])).stdout) as PsRow[];
const states = () => listParts(cli.home).map(({ state }) => state);
const workerFile = () =>
  path.join(
    cli.dir,
    readdirSync(cli.dir).find((name) => /^worker-\w+\.json$/.test(name))!,
  );

describe('up, ps and down', () => {
  it('ps of an unused home starts nothing', async () => {
    expect((await ps()).map(({ Part, State }) => [Part, State])).toEqual([
      ['postgres', 'stopped'],
      ['temporal', 'stopped'],
    ]);
  });

  it('up starts every part once, also when it is typed three times at once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => cli.run(['up', '-f', 'json'])));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    const outputs = all.map(({ stdout }) => (JSON.parse(stdout) as PsRow[]).map(({ PID }) => PID));
    expect(new Set(outputs.map(String)).size).toBe(1);
    const announced = all.map(({ stderr }) => stderr).join('');
    for (const line of ['Starting PostgreSQL.', 'Starting Temporal.', 'Starting a worker.'])
      expect(announced.split(line)).toHaveLength(2);
  });

  it('ps tells what runs, where, its version and since when', async () => {
    const rows = await ps();
    expect(rows.map(({ Part }) => Part.split(' ')[0])).toEqual(['postgres', 'temporal', 'worker']);
    for (const row of rows) {
      expect(row.State).toBe('running');
      expect(row.Version).toBeTruthy();
      expect(row.Address).toBeTruthy();
      expect(Date.parse(row.Since)).toBeLessThanOrEqual(Date.now());
    }
    const { stdout } = await cli.run(['ps']);
    expect(stdout).toContain('| Part ');
  });

  it('ps tells of parts that a signal has stopped', async () => {
    const pids = (await ps()).map(({ PID }) => PID!);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await until(async () => (await ps()).every(({ State }) => State === 'stopped by a signal'));
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
    await until(() => states().every((state) => state === 'running'));
  });

  it('a command that waits for a stopped worker says so, and how to continue it', async () => {
    const pid = cli.pid('worker');
    process.kill(pid, 'SIGSTOP');
    const running = cli.start(['status', 'upgrade', 'check']);
    await until(() =>
      running.stderr().includes(`The worker is stopped by a signal: \`kill -CONT ${pid}\` lets it go on`),
    );
    process.kill(pid, 'SIGCONT');
    const { stdout, stderr } = await running.outcome;
    expect(stdout).toContain('Check default roles are immutable');
    expect(stderr.split('stopped by a signal')).toHaveLength(2);
  });

  it('down ends parts that a signal has stopped as it ends others', async () => {
    for (const part of ['worker', 'postgres'] as const) process.kill(cli.pid(part), 'SIGSTOP');
    expect(await cli.run(['down', '--force'])).toMatchObject({ code: 0 });
    expect(readFileSync(path.join(cli.home.logDir, 'postgres.log'), 'utf8')).toContain('shut down');
    expect(await cli.run(['up'])).toMatchObject({ code: 0 });
  });

  it('a repeat of up changes nothing and says nothing but what runs', async () => {
    const before = await ps();
    const { code, stderr } = await cli.run(['up']);
    expect([code, stderr]).toEqual([0, '']);
    expect(await ps()).toEqual(before);
  });

  it.each(['postgres', 'temporal', 'worker'] as const)('up restarts a %s that was killed', async (part) => {
    const pid = cli.pid(part);
    process.kill(pid, 'SIGKILL');
    await until(() =>
      listParts(cli.home).some((row) => row.part.startsWith(part) && row.state === 'stopped'),
    );
    expect((await cli.run(['up'])).code).toBe(0);
    expect(states()).toEqual(['running', 'running', 'running']);
    expect(cli.pid(part)).not.toBe(pid);
  });

  it('up replaces a worker of another build', async () => {
    const pid = cli.pid('worker');
    const record = JSON.parse(readFileSync(workerFile(), 'utf8')) as object;
    writeFileSync(workerFile(), JSON.stringify({ ...record, fingerprint: 'another' }));
    const { stderr } = await cli.run(['up']);
    expect(stderr).toContain('Replacing a worker of another build');
    expect(cli.pid('worker')).not.toBe(pid);
  });

  it('the worker finds a payload key whose path is relative', async () => {
    const file = path.join(cli.dir, 'shared.key');
    writeFileSync(file, `${'ab'.repeat(32)}\n`, { mode: 0o600 });
    const env = { KEYWARD_PAYLOAD_KEY_FILE: path.relative(process.cwd(), file) };
    expect(await cli.run(['up'], { env })).toMatchObject({ code: 0 });
  });

  it('up --ui adds the web UI and prints a link that opens it', async () => {
    const { code, stderr } = await cli.run(['up', '--ui']);
    expect(code).toBe(0);
    const [, at] = /http:\/\/keyward-\w+\.localhost(:\d+\/\?token=\S+)/.exec(stderr)!;
    expect((await fetch(`http://127.0.0.1${at}`)).status).toBe(200);
    const again = await cli.run(['up', '--ui']);
    expect([again.code, again.stderr.includes(at!)]).toEqual([0, false]);
    expect((await fetch(`http://127.0.0.1${at}`)).status).toBe(403);
  });

  it("ps gives an address that the operator's own temporal program takes", async () => {
    const { command } = await findTemporal(cli.home, () => {});
    const { Address } = (await ps()).find(({ Part }) => Part === 'temporal')!;
    const args = ['operator', 'namespace', 'describe', '--address', Address, 'default'];
    expect(execFileSync(command, args, { encoding: 'utf8' })).toContain('NamespaceInfo.Name');
  });

  it('down is refused while a run is open, and --force stops everything', async () => {
    await openRun();
    const refused = await cli.run(['down']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/1 run is still open; nothing was stopped\..*--force/s);
    const elsewhere = await cli.run(['down'], { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('1 run is still open') });
    expect(states()).toEqual(['running', 'running', 'running']);
    expect((await cli.run(['down', '--force'])).code).toBe(0);
    expect(states()).toEqual(['stopped', 'stopped']);
    expect((await cli.run(['down'])).code).toBe(0);
    expect(readdirSync(cli.home.runDir).filter((name) => name.startsWith('temporal'))).toEqual([]);
  });

  it('a damaged temporal.db is told after one start, with a cure that works', async () => {
    const file = path.join(cli.dir, 'temporal.db');
    const whole = readFileSync(file);
    writeFileSync(file, Buffer.concat([Buffer.alloc(4096, 'x'), whole.subarray(4096)]));
    const { code, stdout, stderr } = await cli.run(['workflow', 'list']);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr.split('Starting Temporal.')).toHaveLength(2);
    expect(stderr).toContain(`Error: Temporal can't read ${file}: it is damaged.`);
    const [, cure] = /`(mv [^`]+)`/.exec(stderr)!;
    expect(await cli.shell(cure!)).toMatchObject({ code: 0 });
    expect(await cli.run(['workflow', 'list'])).toMatchObject({ code: 0 });
  });

  it('up and ps tell of a Temporal that other accounts get in at, and other commands do not', async () => {
    await cli.run(['down']);
    const env = withoutNetworks(cli.dir);
    const up = await cli.run(['up'], { env });
    expect([up.code, up.stderr.split(OPEN_NOTE).length]).toEqual([0, 2]);
    expect(await cli.run(['ps'], { env })).toMatchObject({ code: 0, stderr: `${OPEN_NOTE}\n` });
    expect(await cli.run(['workflow', 'list'], { env })).toMatchObject({ code: 0, stderr: '' });
  });
});

it.each(['up', 'ps', 'down'])('%s tells of a home that can not be used', async (command) => {
  const { code, stderr } = await cli.run([command], { env: { KEYWARD_HOME: '/dev/null/keyward' } });
  expect(code).toBe(69);
  expect(stderr).toMatch(/\/dev\/null\/keyward can't be used: .*KEYWARD_HOME/s);
});

/** On a queue that nobody serves. */
async function openRun(): Promise<void> {
  const connection = await Connection.connect({ address: cli.temporal });
  const client = new Client({ connection });
  await client.workflow.start('nothing', { taskQueue: 'nobody', workflowId: 'open' });
  await until(async () => (await client.workflow.count('ExecutionStatus = "Running"')).count > 0);
  await connection.close();
}
