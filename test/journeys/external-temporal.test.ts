import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BOOTSTRAP_LOCK, runIdOf, until } from '../support/home/cli.ts';
import { ExternalTemporal, startWorker } from '../support/home/external.ts';

const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '-f', 'json'];
const external = new ExternalTemporal();

beforeAll(() => external.open());
afterAll(() => external.home.remove());

// Each test has a database, and so a queue, of its own: what one waits for, a worker that is dead, the others don't.
describe('without a worker', () => {
  it.concurrent('--no-wait is refused, and its run is ended again', async () => {
    const cloud = await external.database();
    const { code, stdout, stderr } = await cloud.run([...BOOTSTRAP, '--no-wait']);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/No worker serves keyward-\w+\. Nothing was changed\..*`keyward worker start`/);
    expect(await cloud.statusOf(runIdOf(stderr)!)).toBe('terminated');
    expect(await cloud.countRoles()).toBe(0);
  });

  it.concurrent('a command says so and works on its run itself', async () => {
    const cloud = await external.database();
    const { code, stdout, stderr } = await cloud.run(BOOTSTRAP);
    expect(code).toBe(0);
    expect(stderr).toContain('No worker has taken the run yet: this command works on it itself.\n');
    expect(JSON.parse(stdout)).not.toHaveLength(0);
    expect(await cloud.countRoles()).toBe(5);
  });

  it.concurrent('--inline does so at once', async () => {
    const cloud = await external.database();
    const { code, stderr } = await cloud.run([...BOOTSTRAP, '--inline']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('No worker');
    expect(await cloud.countRoles()).toBe(5);
  });

  it.concurrent('Ctrl-C pauses the run, and `workflow follow` resumes it', async () => {
    const cloud = await external.database();
    const release = await cloud.holdUp(BOOTSTRAP_LOCK);
    const running = cloud.start([...BOOTSTRAP, '--inline']);
    await until(() => cloud.isHeldUp('advisory'));
    const id = runIdOf(running.stderr())!;
    const start = performance.now();
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([130, '']);
    // Ten seconds, which the step is given, and what a busy machine adds; far from when the step itself would end.
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(stderr).toContain(`Paused: \`keyward workflow follow ${id}\` resumes it.\n`);
    await release();
    expect(await cloud.statusOf(id)).toBe('running');
    const followed = await cloud.run(['workflow', 'follow', id]);
    expect(followed.code).toBe(0);
    expect(await cloud.countRoles()).toBe(5);
  });
});

describe('worker start', () => {
  it.concurrent('serves the runs of other commands', async () => {
    const cloud = await external.database();
    const worker = await startWorker(cloud);
    const waited = await cloud.run(BOOTSTRAP);
    expect(waited.code).toBe(0);
    expect(waited.stderr).not.toContain('No worker');
    const { code, stdout } = await cloud.run([...BOOTSTRAP, '--no-wait']);
    expect(code).toBe(0);
    expect(await cloud.run(['workflow', 'follow', stdout.trim()])).toMatchObject({ code: 0 });
    worker.process.kill('SIGTERM');
    expect(await worker.outcome).toMatchObject({ code: 0, stdout: '' });
  });

  it.concurrent('killed in a step, leaves the run to the command that waits for it', async () => {
    const cloud = await external.database();
    const worker = await startWorker(cloud);
    const release = await cloud.holdUp(BOOTSTRAP_LOCK);
    const running = cloud.start(BOOTSTRAP);
    await until(() => cloud.isHeldUp('advisory'));
    worker.process.kill('SIGKILL');
    await release();
    const { code, stderr } = await running.outcome;
    expect(code).toBe(0);
    expect(stderr).toContain('this command works on it itself');
    expect(await cloud.countRoles()).toBe(5);
  });

  it.concurrent('stopped by SIGTERM, lets the step under way finish in its first attempt', async () => {
    const cloud = await external.database();
    const worker = await startWorker(cloud);
    const release = await cloud.holdUp(BOOTSTRAP_LOCK);
    const { stdout } = await cloud.run([...BOOTSTRAP, '--no-wait']);
    await until(() => cloud.isHeldUp('advisory'));
    worker.process.kill('SIGTERM');
    expect(await cloud.statusOf(stdout.trim())).toBe('running');
    expect(worker.process.exitCode).toBeNull();
    await release();
    expect(await worker.outcome).toMatchObject({ code: 0 });
    expect(await cloud.countRoles()).toBe(5);
    const followed = await cloud.run(['workflow', 'follow', stdout.trim()]);
    expect(followed.code).toBe(0);
    expect(followed.stderr).toContain('run: apply bootstrap: done\n');
  });

  it.concurrent('stopped by a second signal, ends at once', async () => {
    const cloud = await external.database();
    const worker = await startWorker(cloud);
    const release = await cloud.holdUp(BOOTSTRAP_LOCK);
    const { stdout } = await cloud.run([...BOOTSTRAP, '--no-wait']);
    await until(() => cloud.isHeldUp('advisory'));
    worker.process.kill('SIGTERM');
    await until(() => worker.stderr().includes('Stopping: '));
    worker.process.kill('SIGTERM');
    await worker.outcome;
    expect(worker.process.signalCode).toBe('SIGTERM');
    await release();
    expect(await cloud.run(['workflow', 'follow', stdout.trim()])).toMatchObject({ code: 0 });
    expect(await cloud.countRoles()).toBe(5);
  });
});
