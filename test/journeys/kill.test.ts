import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as after } from 'node:timers/promises';
import { BOOTSTRAP_LOCK, type Outcome, type Running, TestHome, until } from '../support/home/cli.ts';
import { OwnDatabase } from '../support/home/own-database.ts';

const BOOTSTRAP = [
  'bootstrap',
  '--bootstrap-password-stdin',
  '--bootstrap-region-id',
  'RegionOne',
  '-f',
  'json',
];
const home = TestHome.clone();
let shared: OwnDatabase;

const victims = {
  CLI: (_: OwnDatabase, running: Running) => running.process.kill('SIGKILL'),
  worker: async (cloud: OwnDatabase) => process.kill(await cloud.workerPid(), 'SIGKILL'),
  Temporal: () => process.kill(home.pid('temporal'), 'SIGKILL'),
  'PostgreSQL backend': (cloud: OwnDatabase) =>
    cloud.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'keyward' and datname = current_database()`,
    ),
};
type Victim = keyof typeof victims;

/** A COMMIT of audit rows waits for this lock. */
const COMMIT_LOCK = "hashtext('commit of a test')";
const HOLD_COMMITS = `
  create function keyward.hold_commit() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${COMMIT_LOCK}); return null; end $$;
  create constraint trigger hold_commit after insert on keyward.audit deferrable initially deferred
    for each row execute function keyward.hold_commit()`;

const countAudited = async (cloud: OwnDatabase): Promise<number> =>
  (await cloud.query('select from keyward.audit')).length;

/** A database whose COMMITs can be held up, and a worker that serves it. */
async function openCloud(): Promise<OwnDatabase> {
  const cloud = await OwnDatabase.make(home);
  await cloud.query(HOLD_COMMITS);
  expect(await cloud.run(['up'])).toMatchObject({ code: 0 });
  return cloud;
}

const clear = (cloud: OwnDatabase) =>
  cloud.query(
    `truncate role, "user", assignment, system_assignment, region, service, endpoint, keyward.audit cascade;
     delete from project where id <> '<<keystone.domain.root>>'`,
  );

/** Brings a bootstrap to the point, kills, and lets go. */
const points: Record<string, (cloud: OwnDatabase, kill: (running: Running) => unknown) => Promise<Running>> =
  {
    'before the start': async (cloud, kill) => {
      const running = cloud.start(BOOTSTRAP);
      await kill(running);
      return running;
    },
    'after the plan': async (cloud, kill) => {
      const release = await cloud.holdUp(BOOTSTRAP_LOCK);
      const running = cloud.start(BOOTSTRAP);
      await until(() => cloud.isHeldUp('advisory'));
      await kill(running);
      await release();
      return running;
    },
    'inside the transaction': async (cloud, kill) => {
      const release = await cloud.holdUp('lock table system_assignment in exclusive mode');
      const running = cloud.start(BOOTSTRAP);
      await until(() => cloud.isHeldUp('relation'));
      await kill(running);
      await release();
      return running;
    },
    // A worker that stands still can't hear that its COMMIT was done, nor tell; Temporal's socket would take the result.
    'after COMMIT, before the result': async (cloud, kill) => {
      const release = await cloud.holdUp(`select pg_advisory_xact_lock(${COMMIT_LOCK})`);
      const running = cloud.start(BOOTSTRAP);
      await until(() => cloud.isHeldUp('advisory'));
      const worker = await cloud.workerPid();
      process.kill(worker, 'SIGSTOP');
      await release();
      await until(async () => (await countAudited(cloud)) > 0);
      await kill(running);
      process.kill(worker, 'SIGCONT');
      return running;
    },
    'after the result': async (cloud, kill) => {
      const running = cloud.start(BOOTSTRAP);
      await until(() => running.stderr().includes('apply bootstrap: done'));
      await kill(running);
      return running;
    },
  };

const LOOK_AGAIN_MS = 50;

/** Polls all the while: a cloud is not bootstrapped, or it is whole. */
function watchForHalves(cloud: OwnDatabase): { stop: () => Promise<string[]> } {
  const seen = new Set<string>();
  const over = new AbortController();
  const counts = `select (select count(*) from role) || ' ' || (select count(*) from local_user) || ' ' ||
    (select count(*) from system_assignment) || ' ' || (select count(*) from region) || ' ' || (select count(*) from keyward.audit) as counts`;
  const watching = (async () => {
    const observer = await home.connect(cloud.name);
    await observer.query("set application_name = 'observer'");
    while (!over.signal.aborted) {
      const { rows } = await observer.query<{ counts: string }>(counts);
      seen.add(rows[0]!.counts);
      await after(LOOK_AGAIN_MS);
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

/** How many transactions wrote the rows that are counted: with one, no look at whatever time could see a half. */
async function countWriters(cloud: OwnDatabase): Promise<number> {
  const tables = ['role', 'local_user', 'system_assignment', 'region', 'keyward.audit'];
  const writers = tables.map((table) => `select xmin::text from ${table}`);
  return (await cloud.query(writers.join(' union '))).length;
}

const NOTHING = '0 0 0 0 0';
const WHOLE = '5 1 1 1 14';

async function killed(cloud: OwnDatabase, point: string, victim: Victim): Promise<void> {
  const observer = watchForHalves(cloud);
  const running = await points[point]!(cloud, (run) => victims[victim](cloud, run));
  const first = await running.outcome;
  const repeat = await cloud.run(BOOTSTRAP);
  expect(repeat.code).toBe(0);
  await until(async () => (await countAudited(cloud)) === 14);
  const seen = await observer.stop();
  expect(seen.filter((counts) => counts !== NOTHING && counts !== WHOLE)).toEqual([]);
  expect(await countWriters(cloud)).toBe(1);
  const lengthOf = ({ stdout }: Outcome): number => (JSON.parse(stdout) as unknown[]).length;
  if (victim === 'CLI') {
    expect([0, 14]).toContain(lengthOf(repeat));
    return;
  }
  expect(first.code).toBe(0);
  expect([lengthOf(first), lengthOf(repeat)]).toEqual([14, 0]);
  if (victim === 'worker' && point === 'after COMMIT, before the result')
    expect(first.stderr).toContain('apply bootstrap: done (attempt 2)');
}

beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  shared = await openCloud();
});
afterAll(() => home.remove());

// Temporal gives a step that was begun 15 s before it gives it to another worker: these wait for that together.
describe('kill -9 of the worker leaves a whole cloud and a true report', () => {
  it.concurrent.each(Object.keys(points))('%s', async (point) => {
    await killed(await openCloud(), point, 'worker');
  });
});

describe.each(Object.keys(points))('kill -9 %s', (point) => {
  beforeEach(() => clear(shared));

  it.each((Object.keys(victims) as Victim[]).filter((victim) => victim !== 'worker'))(
    'of the %s leaves a whole cloud and a true report',
    (victim) => killed(shared, point, victim),
  );
});

it.each([
  ['the local Temporal', () => ({})],
  ["somebody else's", () => ({ TEMPORAL_ADDRESS: home.temporal })],
])('kill -9 of PostgreSQL under a run worked on --inline, at %s', async (_, env) => {
  await home.query(
    `truncate role, "user", assignment, system_assignment, region, service, endpoint, keyward.audit cascade;
     delete from project where id <> '<<keystone.domain.root>>'`,
  );
  await home.holdUp(BOOTSTRAP_LOCK);
  const running = home.start([...BOOTSTRAP, '--inline'], { input: 'kill-Pw-1\n', env: env() });
  await until(() => home.isHeldUp('advisory'));
  process.kill(home.pid('postgres'), 'SIGKILL');
  expect(await running.outcome).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('PostgreSQL has died; it is started again.'),
  });
  expect(await home.query('select from keyward.audit')).not.toHaveLength(0);
});
