import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { BOOTSTRAP_LOCK, type Outcome, runIdOf, type Running, TestHome, until } from '../support/home/cli.ts';
import { GrpcProxy, Status } from '../support/home/grpc-proxy.ts';
import { PlainTemporal } from '../support/home/plain-temporal.ts';

const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '-f', 'json'];
const POLLS = ['PollWorkflowTaskQueue', 'PollActivityTaskQueue'] as const;
const START = 'StartWorkflowExecution';
const TERMINATE = 'TerminateWorkflowExecution';
const CURE = /Check TEMPORAL_ADDRESS and the other TEMPORAL_\* variables/;

const home = new TestHome();
let temporal: PlainTemporal;
let proxy: GrpcProxy;
const workers: Running[] = [];

/** A command whose Temporal is the server behind the proxy. */
const start = (args: string[], env: NodeJS.ProcessEnv = {}): Running =>
  home.start(args, { input: 'faults-Pw-1\n', env: { TEMPORAL_ADDRESS: proxy.address, ...env } });
const run = (args: string[]): Promise<Outcome> => start(args).outcome;
const countRoles = async (): Promise<number> => (await home.query('select from role')).length;
const statusOf = async (id: string): Promise<string> =>
  (JSON.parse((await run(['workflow', 'show', id, '-f', 'json'])).stdout) as { status: string }).status;

/** A worker beside the proxy, which faults don't reach. */
async function startWorker(address = temporal.address): Promise<Running> {
  const worker = start(['worker', 'start'], { TEMPORAL_ADDRESS: address });
  workers.push(worker);
  await until(() => worker.stderr().includes('The worker is ready.'));
  return worker;
}

async function stopWorkers(): Promise<void> {
  for (const worker of workers.splice(0)) {
    worker.process.kill('SIGKILL');
    await worker.outcome;
  }
}

beforeAll(async () => {
  temporal = await PlainTemporal.start();
  proxy = await GrpcProxy.open(temporal.address);
  expect(await run(['db', 'sync'])).toMatchObject({ code: 0 });
});
beforeEach(async () => {
  proxy.clear();
  await stopWorkers();
  await home.query(`truncate role, "user", assignment, system_assignment, keyward.audit cascade;
    delete from project where id <> '<<keystone.domain.root>>'`);
});
afterAll(async () => {
  await stopWorkers();
  await proxy.close();
  await temporal.stop();
  await home.remove();
});

describe('a worker whose polls are denied', () => {
  it.each(['PERMISSION_DENIED', 'UNAUTHENTICATED'] as const)(
    'by %s ends at once, never ready',
    async (why) => {
      proxy.reject('PollActivityTaskQueue', Status[why], {}, 'the key has expired');
      const { code, stderr } = await run(['worker', 'start']);
      expect(code).toBe(69);
      expect(stderr).toMatch(
        new RegExp(` ERROR Error: Temporal .*${why}: the key has expired\\. Check .*TEMPORAL_API_KEY`),
      );
      expect(stderr).not.toContain('ready');
    },
  );

  it('later, while it works, ends too', async () => {
    const worker = await startWorker(proxy.address);
    for (const poll of POLLS) proxy.reject(poll, Status.UNAUTHENTICATED, {}, 'the key has expired');
    const { code, stderr } = await worker.outcome;
    expect([code, stderr]).toEqual([
      69,
      expect.stringContaining('UNAUTHENTICATED: the key has expired. Check'),
    ]);
    expect(stderr).not.toMatch(/bug|still in use/);
  });

  it('within a command, leaves the run to another worker, and the command to its result', async () => {
    await startWorker();
    for (const poll of POLLS) proxy.reject(poll, Status.PERMISSION_DENIED);
    const { code, stdout, stderr } = await run([...BOOTSTRAP, '--inline']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('PERMISSION_DENIED')]);
    expect(stderr).not.toContain('bug');
    expect(JSON.parse(stdout)).not.toHaveLength(0);
  });

  it.each([[[]], [['--inline']]])('with nobody else there, ends the command: %j', async (flags) => {
    for (const poll of POLLS) proxy.reject(poll, Status.PERMISSION_DENIED);
    const { code, stdout, stderr } = await run([...BOOTSTRAP, ...flags]);
    expect([code, stdout]).toEqual([75, '']);
    const id = runIdOf(stderr)!;
    expect(stderr).toContain(`The run ${id} waits for a worker`);
    expect(stderr).toContain(`\`keyward workflow follow ${id}\` takes it up again`);
    expect(await statusOf(id)).toBe('running');
    expect(await run(['workflow', 'terminate', id])).toMatchObject({ code: 0 });
  });
});

describe('a start that Temporal does not take', () => {
  it('is repeated with pauses, told, and works when it is taken', async () => {
    const refused = proxy.reject(START, Status.UNAVAILABLE, {}, 'disk is full');
    const running = start([...BOOTSTRAP, '--inline']);
    await until(() =>
      running.stderr().includes('waiting for Temporal to take the run (UNAVAILABLE: disk is full)'),
    );
    expect(refused.struck).toBeLessThan(20);
    refused.lift();
    const { code, stderr } = await running.outcome;
    expect([code, stderr.match(/waiting for/g)]).toEqual([0, ['waiting for']]);
    expect(await countRoles()).toBe(5);
  });

  it.each(['UNAVAILABLE', 'RESOURCE_EXHAUSTED'] as const)('with %s, ends by --timeout', async (why) => {
    const refused = proxy.reject(START, Status[why]);
    const { code, stdout, stderr } = await run([...BOOTSTRAP, '--timeout', '4']);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/Temporal has not taken the run \S+ in time\. .*Nothing was changed\. Repeat/);
    expect(refused.struck).toBeLessThan(20);
  });

  it('since its request is lost, is withdrawn: whoever gets it later does nothing', async () => {
    const held = proxy.hold(START, 'request');
    const running = start([...BOOTSTRAP, '--timeout', '1']);
    await held.reached;
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/not known whether Temporal has taken the run .*Nothing was changed\. Run/);
    await startWorker();
    held.release();
    expect(await countRoles()).toBe(0);
  });

  it('since its answer is lost, is known to go on if Temporal has it', async () => {
    const held = proxy.hold(START, 'answer');
    const running = start([...BOOTSTRAP, '--timeout', '1']);
    await held.reached;
    const { code, stdout, stderr } = await running.outcome;
    held.release();
    expect([code, stdout]).toEqual([75, '']);
    expect(stderr).toMatch(/`keyward workflow follow \S+`/);
    expect(stderr).not.toContain('Nothing was changed');
  });

  it.each(['request', 'answer'] as const)(
    'since the connection is cut at the %s, is repeated',
    async (at) => {
      proxy.cut(START, at, { times: 2 });
      expect(await run([...BOOTSTRAP, '--inline'])).toMatchObject({ code: 0 });
      expect(await countRoles()).toBe(5);
    },
  );

  it('is not said to go on by Ctrl-C', async () => {
    const refused = proxy.reject(START, Status.UNAVAILABLE);
    const running = start(BOOTSTRAP);
    await until(() => refused.struck > 0);
    running.process.kill('SIGINT');
    const { code, stderr } = await running.outcome;
    expect(code).toBe(130);
    expect(stderr).toMatch(/not known whether the run was started: `keyward workflow follow \S+` tells/);
    expect(stderr).not.toContain('goes on');
  });
});

describe('a call that Temporal refuses', () => {
  const refusals = ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'RESOURCE_EXHAUSTED'] as const;
  it.each([
    [['workflow', 'list'], 'ListWorkflowExecutions'],
    [['workflow', 'show', 'x'], 'DescribeWorkflowExecution'],
    [['workflow', 'cancel', 'x'], 'DescribeWorkflowExecution'],
  ])('%j: %s', async (args, method) => {
    for (const why of refusals) {
      const refused = proxy.reject(method, Status[why]);
      const { code, stdout, stderr } = await run(args);
      refused.lift();
      expect([code, stdout]).toEqual([69, '']);
      expect(stderr).toMatch(
        new RegExp(`^Error: Temporal .*${why}: ${method} refused by a test\\. (Check|Repeat) .+\n$`),
      );
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  it('at the start of a run changes nothing, and says so', async () => {
    proxy.reject(START, Status.PERMISSION_DENIED);
    const { code, stdout, stderr } = await run(BOOTSTRAP);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/Error: Temporal .*PERMISSION_DENIED: .* Nothing was changed\. Check/);
    expect(stderr).toMatch(CURE);
  });

  it('while it is followed is told with what the run has left behind', async () => {
    proxy.reject('GetWorkflowExecutionHistory', Status.PERMISSION_DENIED);
    const { code, stderr } = await run([...BOOTSTRAP, '--inline']);
    expect(stderr).not.toContain('bug');
    const isThere = (await countRoles()) > 0;
    if (isThere) expect([code, stderr]).toEqual([0, expect.stringContaining('what was asked for is done')]);
    else expect([code, stderr]).toEqual([69, expect.stringMatching(/Nothing was changed\. Check/)]);
  });
});

describe('--no-wait while no worker is there', () => {
  const NO_WAIT = [...BOOTSTRAP, '--no-wait'];

  it('ends the run even if that is answered late', async () => {
    const held = proxy.hold(TERMINATE, 'answer', { times: 1 });
    const running = start(NO_WAIT);
    await held.reached;
    held.release();
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/No worker serves keyward-\w+\. Nothing was changed\. Start one/);
    expect(await statusOf(runIdOf(stderr)!)).toBe('terminated');
  });

  it('succeeds if a worker has done the run before it could be ended', async () => {
    const held = proxy.hold(TERMINATE, 'request');
    const running = start(NO_WAIT);
    await held.reached;
    await startWorker();
    const id = runIdOf(running.stderr())!;
    await until(async () => (await countRoles()) === 5);
    expect(
      await home.run(['workflow', 'follow', id], { env: { TEMPORAL_ADDRESS: temporal.address } }),
    ).toMatchObject({ code: 0 });
    held.release();
    expect(await running.outcome).toMatchObject({ code: 0, stdout: `${id}\n` });
  });

  it('withdraws what it ended if a worker has begun the run meanwhile', async () => {
    const release = await home.holdUp(BOOTSTRAP_LOCK);
    const held = proxy.hold(TERMINATE, 'request');
    const running = start(NO_WAIT);
    await held.reached;
    await startWorker();
    await until(() => home.isHeldUp('advisory'));
    held.release();
    const { code, stdout, stderr } = await running.outcome;
    await release();
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toContain('Nothing was changed. Run the command again.');
    await stopWorkers();
    expect(await countRoles()).toBe(0);
  });
});

describe('KEYWARD_WORKER_SOCKET', () => {
  it.each([
    ['is a folder', () => home.dir],
    ["is somebody's file", () => path.join(home.dir, 'file')],
    ['lies in no folder', () => path.join(home.dir, 'nowhere', 'socket')],
    ['is too long', () => path.join(home.dir, 'x'.repeat(120))],
  ])('that %s is wrong usage, and nothing is started', async (_, where) => {
    writeFileSync(path.join(home.dir, 'file'), 'precious');
    const { code, stdout, stderr } = await start(['worker', 'start'], { KEYWARD_WORKER_SOCKET: where() })
      .outcome;
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/ ERROR Error: KEYWARD_WORKER_SOCKET/);
    expect(proxy.callsOf('GetSystemInfo')).toBe(0);
  });
});
