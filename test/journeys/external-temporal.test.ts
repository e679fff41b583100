import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BOOTSTRAP_LOCK, runIdOf, type Running, until } from '../support/home/cli.ts';
import { ExternalTemporal, OTHER } from '../support/home/external.ts';

const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '-f', 'json'];
const external = new ExternalTemporal();
const { home } = external;

const statusOf = async (id: string): Promise<string> => {
  const { stdout } = await external.run(['workflow', 'show', id, '-f', 'json']);
  return (JSON.parse(stdout) as { status: string }).status;
};

async function startWorker(): Promise<Running> {
  const worker = external.start(['worker', 'start']);
  await until(() => worker.stderr().includes('The worker is ready.'));
  return worker;
}

beforeAll(() => external.open());
beforeEach(() => external.clear());
afterAll(() => home.remove());

describe('without a worker', () => {
  it('--no-wait is refused, and its run is ended again', async () => {
    const { code, stdout, stderr } = await external.run([...BOOTSTRAP, '--no-wait']);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(/No worker serves keyward-\w+\. Nothing was changed\..*`keyward worker start`/);
    expect(await statusOf(runIdOf(stderr)!)).toBe('terminated');
    expect(await external.countRoles()).toBe(0);
  });

  it('a command says so and works on its run itself', async () => {
    const { code, stdout, stderr } = await external.run(BOOTSTRAP);
    expect(code).toBe(0);
    expect(stderr).toContain('No worker has taken the run yet: this command works on it itself.\n');
    expect(JSON.parse(stdout)).not.toHaveLength(0);
    expect(await external.countRoles()).toBe(5);
  });

  it('--inline does so at once', async () => {
    const { code, stderr } = await external.run([...BOOTSTRAP, '--inline']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('No worker');
    expect(await external.countRoles()).toBe(5);
  });

  it('Ctrl-C pauses the run, and `workflow follow` resumes it', async () => {
    const release = await home.holdUp(BOOTSTRAP_LOCK, OTHER);
    const running = external.start([...BOOTSTRAP, '--inline']);
    await until(() => home.isHeldUp('advisory'));
    const id = runIdOf(running.stderr())!;
    const start = performance.now();
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.outcome;
    expect([code, stdout]).toEqual([130, '']);
    // Ten seconds, which the step is given, and what a busy machine adds; far from when the step itself would end.
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(stderr).toContain(`Paused: \`keyward workflow follow ${id}\` resumes it.\n`);
    await release();
    expect(await statusOf(id)).toBe('running');
    const followed = await external.run(['workflow', 'follow', id]);
    expect(followed.code).toBe(0);
    expect(await external.countRoles()).toBe(5);
  });
});

describe('worker start', () => {
  it('serves the runs of other commands', async () => {
    const worker = await startWorker();
    const waited = await external.run(BOOTSTRAP);
    expect(waited.code).toBe(0);
    expect(waited.stderr).not.toContain('No worker');
    const { code, stdout } = await external.run([...BOOTSTRAP, '--no-wait']);
    expect(code).toBe(0);
    expect(await external.run(['workflow', 'follow', stdout.trim()])).toMatchObject({ code: 0 });
    worker.process.kill('SIGTERM');
    expect(await worker.outcome).toMatchObject({ code: 0, stdout: '' });
  });

  it('killed in a step, leaves the run to the command that waits for it', async () => {
    const worker = await startWorker();
    const release = await home.holdUp(BOOTSTRAP_LOCK, OTHER);
    const running = external.start(BOOTSTRAP);
    await until(() => home.isHeldUp('advisory'));
    worker.process.kill('SIGKILL');
    await release();
    const { code, stderr } = await running.outcome;
    expect(code).toBe(0);
    expect(stderr).toContain('this command works on it itself');
    expect(await external.countRoles()).toBe(5);
  });

  it('stopped by SIGTERM, lets the step under way finish in its first attempt', async () => {
    const worker = await startWorker();
    const release = await home.holdUp(BOOTSTRAP_LOCK, OTHER);
    const { stdout } = await external.run([...BOOTSTRAP, '--no-wait']);
    await until(() => home.isHeldUp('advisory'));
    worker.process.kill('SIGTERM');
    expect(await statusOf(stdout.trim())).toBe('running');
    expect(worker.process.exitCode).toBeNull();
    await release();
    expect(await worker.outcome).toMatchObject({ code: 0 });
    expect(await external.countRoles()).toBe(5);
    const followed = await external.run(['workflow', 'follow', stdout.trim()]);
    expect(followed.code).toBe(0);
    expect(followed.stderr).toContain('run: apply bootstrap: done\n');
  });

  it('stopped by a second signal, ends at once', async () => {
    const worker = await startWorker();
    const release = await home.holdUp(BOOTSTRAP_LOCK, OTHER);
    const { stdout } = await external.run([...BOOTSTRAP, '--no-wait']);
    await until(() => home.isHeldUp('advisory'));
    worker.process.kill('SIGTERM');
    await until(() => worker.stderr().includes('Stopping: '));
    worker.process.kill('SIGTERM');
    await worker.outcome;
    expect(worker.process.signalCode).toBe('SIGTERM');
    await release();
    expect(await external.run(['workflow', 'follow', stdout.trim()])).toMatchObject({ code: 0 });
    expect(await external.countRoles()).toBe(5);
  });
});
