import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { BOOTSTRAP_LOCK, runIdOf, type Running, TestHome, until } from '../support/home/cli.ts';
import { startWorker } from '../support/home/external.ts';
import { GrpcProxy, Status } from '../support/home/grpc-proxy.ts';
import { OwnDatabase } from '../support/home/own-database.ts';
import { PlainTemporal } from '../support/home/plain-temporal.ts';

const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '-f', 'json'];
const POLLS = ['PollWorkflowTaskQueue', 'PollActivityTaskQueue'] as const;
const START = 'StartWorkflowExecution';
const TERMINATE = 'TerminateWorkflowExecution';
const CURE = /Check TEMPORAL_ADDRESS and the other TEMPORAL_\* variables/;

const home = TestHome.clone();
let temporal: PlainTemporal;
const proxies: GrpcProxy[] = [];

/** A database of one test's own, and a way of its own to the Temporal server, on which it plants faults. */
async function open(): Promise<{ proxy: GrpcProxy; cloud: OwnDatabase }> {
  const proxy = await GrpcProxy.open(temporal.address);
  proxies.push(proxy);
  return { proxy, cloud: await OwnDatabase.make(home, { TEMPORAL_ADDRESS: proxy.address }) };
}

/** A worker beside the proxy, which faults don't reach. */
const startWorkerBeside = (cloud: OwnDatabase): Promise<Running> =>
  startWorker(cloud, { TEMPORAL_ADDRESS: temporal.address });

beforeAll(async () => {
  temporal = await PlainTemporal.start();
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await home.remove();
  for (const proxy of proxies) await proxy.close();
  await temporal.stop();
});

describe('a worker whose polls are denied', () => {
  it.concurrent.each(['PERMISSION_DENIED', 'UNAUTHENTICATED'] as const)(
    'by %s ends at once, never ready',
    async (why) => {
      const { proxy, cloud } = await open();
      proxy.reject('PollActivityTaskQueue', Status[why], {}, 'the key has expired');
      const { code, stderr } = await cloud.run(['worker', 'start']);
      expect(code).toBe(69);
      expect(stderr).toMatch(
        new RegExp(` ERROR Error: Temporal .*${why}: the key has expired\\. Check .*TEMPORAL_API_KEY`),
      );
      expect(stderr).not.toContain('ready');
    },
  );

  it.concurrent('later, while it works, ends too', async () => {
    const { proxy, cloud } = await open();
    const worker = await startWorker(cloud);
    for (const poll of POLLS) proxy.reject(poll, Status.UNAUTHENTICATED, {}, 'the key has expired');
    const { code, stderr } = await worker.outcome;
    expect([code, stderr]).toEqual([
      69,
      expect.stringContaining('UNAUTHENTICATED: the key has expired. Check'),
    ]);
    expect(stderr).not.toMatch(/bug|still in use/);
  });

  it.concurrent(
    'within a command, leaves the run to another worker, and the command to its result',
    async () => {
      const { proxy, cloud } = await open();
      await startWorkerBeside(cloud);
      for (const poll of POLLS) proxy.reject(poll, Status.PERMISSION_DENIED);
      const { code, stdout, stderr } = await cloud.run([...BOOTSTRAP, '--inline']);
      expect([code, stderr]).toEqual([0, expect.stringContaining('PERMISSION_DENIED')]);
      expect(stderr).not.toContain('bug');
      expect(JSON.parse(stdout)).not.toHaveLength(0);
    },
  );

  it.concurrent.each([[[]], [['--inline']]])(
    'with nobody else there, ends the command: %j',
    async (flags) => {
      const { proxy, cloud } = await open();
      for (const poll of POLLS) proxy.reject(poll, Status.PERMISSION_DENIED);
      const { code, stdout, stderr } = await cloud.run([...BOOTSTRAP, ...flags]);
      expect([code, stdout]).toEqual([75, '']);
      const id = runIdOf(stderr)!;
      expect(stderr).toContain(`The run ${id} waits for a worker`);
      expect(stderr).toContain(`\`keyward workflow follow ${id}\` takes it up again`);
      expect(await cloud.statusOf(id)).toBe('running');
      expect(await cloud.run(['workflow', 'terminate', id])).toMatchObject({ code: 0 });
    },
  );
});

describe('a start that Temporal does not take', () => {
  it.concurrent('is repeated with pauses, told, and works when it is taken', async () => {
    const { proxy, cloud } = await open();
    const refused = proxy.reject(START, Status.UNAVAILABLE, {}, 'disk is full');
    const running = cloud.start([...BOOTSTRAP, '--inline']);
    await until(() =>
      running.stderr().includes('waiting for Temporal to take the run (UNAVAILABLE: disk is full)'),
    );
    expect(refused.struck).toBeLessThan(20);
    refused.lift();
    const { code, stderr } = await running.outcome;
    expect([code, stderr.match(/waiting for/g)]).toEqual([0, ['waiting for']]);
    expect(await cloud.countRoles()).toBe(5);
  });

  it.concurrent.each(['UNAVAILABLE', 'RESOURCE_EXHAUSTED'] as const)(
    'with %s, ends by --timeout',
    async (why) => {
      const { proxy, cloud } = await open();
      const refused = proxy.reject(START, Status[why]);
      const { code, stdout, stderr } = await cloud.run([...BOOTSTRAP, '--timeout', '4']);
      expect([code, stdout]).toEqual([69, '']);
      expect(stderr).toMatch(/Temporal has not taken the run \S+ in time\. .*Nothing was changed\. Repeat/);
      expect(refused.struck).toBeLessThan(20);
    },
  );

  it.concurrent('since its request is lost, is withdrawn: whoever gets it later does nothing', async () => {
    const { proxy, cloud } = await open();
    const held = proxy.hold(START, 'request');
    const running = cloud.start([...BOOTSTRAP, '--timeout', '1']);
    await held.reached;
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/not known whether Temporal has taken the run .*Nothing was changed\. Run/);
    await startWorkerBeside(cloud);
    held.release();
    expect(await cloud.countRoles()).toBe(0);
  });

  it.concurrent('since its answer is lost, is known to go on if Temporal has it', async () => {
    const { proxy, cloud } = await open();
    const held = proxy.hold(START, 'answer');
    const running = cloud.start([...BOOTSTRAP, '--timeout', '1']);
    await held.reached;
    const { code, stdout, stderr } = await running.outcome;
    held.release();
    expect([code, stdout]).toEqual([75, '']);
    expect(stderr).toMatch(/`keyward workflow follow \S+`/);
    expect(stderr).not.toContain('Nothing was changed');
  });

  it.concurrent.each(['request', 'answer'] as const)(
    'since the connection is cut at the %s, is repeated',
    async (at) => {
      const { proxy, cloud } = await open();
      proxy.cut(START, at, { times: 2 });
      expect(await cloud.run([...BOOTSTRAP, '--inline'])).toMatchObject({ code: 0 });
      expect(await cloud.countRoles()).toBe(5);
    },
  );

  it.concurrent('is not said to go on by Ctrl-C', async () => {
    const { proxy, cloud } = await open();
    const refused = proxy.reject(START, Status.UNAVAILABLE);
    const running = cloud.start(BOOTSTRAP);
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
  it.concurrent.each([
    [['workflow', 'list'], 'ListWorkflowExecutions'],
    [['workflow', 'show', 'x'], 'DescribeWorkflowExecution'],
    [['workflow', 'cancel', 'x'], 'DescribeWorkflowExecution'],
  ])('%j: %s', async (args, method) => {
    const { proxy, cloud } = await open();
    for (const why of refusals) {
      const refused = proxy.reject(method, Status[why]);
      const { code, stdout, stderr } = await cloud.run(args);
      refused.lift();
      expect([code, stdout]).toEqual([69, '']);
      expect(stderr).toMatch(
        new RegExp(`^Error: Temporal .*${why}: ${method} refused by a test\\. (Check|Repeat) .+\n$`),
      );
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  it.concurrent('at the start of a run changes nothing, and says so', async () => {
    const { proxy, cloud } = await open();
    proxy.reject(START, Status.PERMISSION_DENIED);
    const { code, stdout, stderr } = await cloud.run(BOOTSTRAP);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/Error: Temporal .*PERMISSION_DENIED: .* Nothing was changed\. Check/);
    expect(stderr).toMatch(CURE);
  });

  it.concurrent('while it is followed is told with what the run has left behind', async () => {
    const { proxy, cloud } = await open();
    proxy.reject('GetWorkflowExecutionHistory', Status.PERMISSION_DENIED);
    const { code, stderr } = await cloud.run([...BOOTSTRAP, '--inline']);
    expect(stderr).not.toContain('bug');
    const isThere = (await cloud.countRoles()) > 0;
    if (isThere) expect([code, stderr]).toEqual([0, expect.stringContaining('what was asked for is done')]);
    else expect([code, stderr]).toEqual([69, expect.stringMatching(/Nothing was changed\. Check/)]);
  });
});

describe('--no-wait while no worker is there', () => {
  const NO_WAIT = [...BOOTSTRAP, '--no-wait'];

  it.concurrent('ends the run even if that is answered late', async () => {
    const { proxy, cloud } = await open();
    const held = proxy.hold(TERMINATE, 'answer', { times: 1 });
    const running = cloud.start(NO_WAIT);
    await held.reached;
    held.release();
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/No worker serves keyward-\w+\. Nothing was changed\. Start one/);
    expect(await cloud.statusOf(runIdOf(stderr)!)).toBe('terminated');
  });

  it.concurrent('succeeds if a worker has done the run before it could be ended', async () => {
    const { proxy, cloud } = await open();
    const held = proxy.hold(TERMINATE, 'request');
    const running = cloud.start(NO_WAIT);
    await held.reached;
    await startWorkerBeside(cloud);
    const id = runIdOf(running.stderr())!;
    await until(async () => (await cloud.countRoles()) === 5);
    expect(await cloud.run(['workflow', 'follow', id], { TEMPORAL_ADDRESS: temporal.address })).toMatchObject(
      { code: 0 },
    );
    held.release();
    expect(await running.outcome).toMatchObject({ code: 0, stdout: `${id}\n` });
  });

  it.concurrent('withdraws what it ended if a worker has begun the run meanwhile', async () => {
    const { proxy, cloud } = await open();
    const release = await cloud.holdUp(BOOTSTRAP_LOCK);
    const held = proxy.hold(TERMINATE, 'request');
    const running = cloud.start(NO_WAIT);
    await held.reached;
    const worker = await startWorkerBeside(cloud);
    await until(() => cloud.isHeldUp('advisory'));
    held.release();
    const { code, stdout, stderr } = await running.outcome;
    await release();
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toContain('Nothing was changed. Run the command again.');
    worker.process.kill('SIGKILL');
    await worker.outcome;
    expect(await cloud.countRoles()).toBe(0);
  });
});

describe('KEYWARD_WORKER_SOCKET', () => {
  it.concurrent.each([
    ['is a folder', () => home.dir],
    ["is somebody's file", () => path.join(home.dir, 'file')],
    ['lies in no folder', () => path.join(home.dir, 'nowhere', 'socket')],
    ['is too long', () => path.join(home.dir, 'x'.repeat(120))],
  ])('that %s is wrong usage, and nothing is started', async (_, where) => {
    const { proxy, cloud } = await open();
    writeFileSync(path.join(home.dir, 'file'), 'precious');
    const { code, stdout, stderr } = await cloud.start(['worker', 'start'], {
      KEYWARD_WORKER_SOCKET: where(),
    }).outcome;
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/ ERROR Error: KEYWARD_WORKER_SOCKET/);
    expect(proxy.callsOf('GetSystemInfo')).toBe(0);
  });
});
