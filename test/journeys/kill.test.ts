import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BOOTSTRAP_LOCK, type Outcome, type Running, TestHome, until } from '../support/home/cli.ts';

const BOOTSTRAP = [
  'bootstrap',
  '--bootstrap-password-stdin',
  '--bootstrap-region-id',
  'RegionOne',
  '-f',
  'json',
];
const PASSWORD = { input: 'kill-Pw-1\n' };
const home = new TestHome();

const victims = {
  CLI: (running: Running) => running.process.kill('SIGKILL'),
  worker: () => process.kill(home.pid('worker'), 'SIGKILL'),
  Temporal: () => process.kill(home.pid('temporal'), 'SIGKILL'),
  'PostgreSQL backend': () =>
    home.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keyward'"),
};
type Victim = keyof typeof victims;

/** A COMMIT of audit rows waits for this lock. */
const COMMIT_LOCK = "hashtext('commit of a test')";
const HOLD_COMMITS = `
  create function keyward.hold_commit() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${COMMIT_LOCK}); return null; end $$;
  create constraint trigger hold_commit after insert on keyward.audit deferrable initially deferred
    for each row execute function keyward.hold_commit()`;

const isCommitted = async (): Promise<boolean> => (await home.query('select from keyward.audit')).length > 0;

async function clear(): Promise<void> {
  await home.query(
    `truncate role, "user", assignment, system_assignment, region, service, endpoint, keyward.audit cascade;
     delete from project where id <> '<<keystone.domain.root>>'`,
  );
}

/** Brings a bootstrap to the point, kills, and lets go. */
const points: Record<string, (kill: (running: Running) => unknown) => Promise<Running>> = {
  'before the start': async (kill) => {
    const running = home.start(BOOTSTRAP, PASSWORD);
    await kill(running);
    return running;
  },
  'after the plan': async (kill) => {
    const release = await home.holdUp(BOOTSTRAP_LOCK);
    const running = home.start(BOOTSTRAP, PASSWORD);
    await until(() => home.isHeldUp('advisory'));
    await kill(running);
    await release();
    return running;
  },
  'inside the transaction': async (kill) => {
    const release = await home.holdUp('lock table system_assignment in exclusive mode');
    const running = home.start(BOOTSTRAP, PASSWORD);
    await until(() => home.isHeldUp('relation'));
    await kill(running);
    await release();
    return running;
  },
  // A worker that stands still can't hear that its COMMIT was done, nor tell; Temporal's socket would take the result.
  'after COMMIT, before the result': async (kill) => {
    const release = await home.holdUp(`select pg_advisory_xact_lock(${COMMIT_LOCK})`);
    const running = home.start(BOOTSTRAP, PASSWORD);
    await until(() => home.isHeldUp('advisory'));
    const worker = home.pid('worker');
    process.kill(worker, 'SIGSTOP');
    await release();
    await until(isCommitted);
    await kill(running);
    process.kill(worker, 'SIGCONT');
    return running;
  },
  'after the result': async (kill) => {
    const running = home.start(BOOTSTRAP, PASSWORD);
    await until(() => running.stderr().includes('apply bootstrap: done'));
    await kill(running);
    return running;
  },
};

/** Polls all the while: a cloud is not bootstrapped, or it is whole. */
function watchForHalves(): { stop: () => Promise<string[]> } {
  const seen = new Set<string>();
  const over = new AbortController();
  const counts = `select (select count(*) from role) || ' ' || (select count(*) from local_user) || ' ' ||
    (select count(*) from system_assignment) || ' ' || (select count(*) from region) || ' ' || (select count(*) from keyward.audit) as counts`;
  const watching = (async () => {
    const observer = await home.connect();
    await observer.query("set application_name = 'observer'");
    while (!over.signal.aborted) {
      const { rows } = await observer.query<{ counts: string }>(counts);
      seen.add(rows[0]!.counts);
    }
    await observer.end();
  })();
  return {
    stop: async () => {
      over.abort();
      await watching;
      return [...seen];
    },
  };
}

const NOTHING = '0 0 0 0 0';
const WHOLE = '5 1 1 1 14';

beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
  await home.query(HOLD_COMMITS);
});
afterAll(() => home.remove());

describe.each(Object.keys(points))('kill -9 %s', (point) => {
  beforeEach(clear);

  it.each(Object.keys(victims) as Victim[])(
    'of the %s leaves a whole cloud and a true report',
    async (victim) => {
      const observer = watchForHalves();
      const running = await points[point]!((run) => victims[victim](run));
      const first = await running.outcome;
      const repeat = await home.run(BOOTSTRAP, PASSWORD);
      expect(repeat.code).toBe(0);
      await until(async () => (await home.query('select from keyward.audit')).length === 14);
      const seen = await observer.stop();
      expect(seen.filter((counts) => counts !== NOTHING && counts !== WHOLE)).toEqual([]);
      const lengthOf = ({ stdout }: Outcome): number => (JSON.parse(stdout) as unknown[]).length;
      if (victim === 'CLI') {
        expect([0, 14]).toContain(lengthOf(repeat));
        return;
      }
      expect(first.code).toBe(0);
      expect([lengthOf(first), lengthOf(repeat)]).toEqual([14, 0]);
      if (victim === 'worker' && point === 'after COMMIT, before the result')
        expect(first.stderr).toContain('apply bootstrap: done (attempt 2)');
    },
  );
});

it.each([
  ['the local Temporal', () => ({})],
  ["somebody else's", () => ({ TEMPORAL_ADDRESS: home.temporal })],
])('kill -9 of PostgreSQL under a run worked on --inline, at %s', async (_, env) => {
  await clear();
  await home.holdUp(BOOTSTRAP_LOCK);
  const running = home.start([...BOOTSTRAP, '--inline'], { ...PASSWORD, env: env() });
  await until(() => home.isHeldUp('advisory'));
  process.kill(home.pid('postgres'), 'SIGKILL');
  expect(await running.outcome).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('PostgreSQL has died; it is started again.'),
  });
  expect(await isCommitted()).toBe(true);
});
