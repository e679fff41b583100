import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listParts } from '../../src/daemons/parts.ts';
import { type Running, TestHome, until } from '../support/home/cli.ts';
import { CHECK_NOVA, reported, resultsOf, SYNC, tablesIn } from '../support/home/compute.ts';

const SYNC_LOCK = "select pg_advisory_xact_lock(hashtext('keyward db sync'))";

const home = TestHome.clone();
beforeAll(async () => {
  expect(await home.run(SYNC)).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

describe('killed in the middle,', () => {
  const isWhole = async (): Promise<boolean> =>
    (await tablesIn(home, 'nova_api')) === 32 &&
    (await tablesIn(home, 'nova_cell0')) === 111 &&
    (await tablesIn(home, 'nova_cell1')) === 111;
  const kills: Record<string, (running: Running) => unknown> = {
    'the command': (running) => running.process.kill('SIGKILL'),
    "PostgreSQL's backends": () =>
      home.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keyward'",
        'postgres',
      ),
    PostgreSQL: () => process.kill(home.pid('postgres'), 'SIGKILL'),
  };

  it.each(Object.keys(kills))(
    '%s of a `db sync compute` leaves nothing half, and a repeat makes it whole',
    async (victim) => {
      // The worker of the last round's `up` may be showing its hosts in this cell.
      await home.query('drop database if exists nova_cell1 with (force)', 'postgres');
      await home.query('create database nova_cell1', 'postgres');
      const release = await home.holdUp(SYNC_LOCK, 'nova_cell1');
      const running = home.start(SYNC);
      await until(() => home.isHeldUp('advisory', 'nova_cell1'));
      await kills[victim]!(running);
      await release().catch(() => {});
      const { code } = await running.outcome;
      // It is killed itself, ends well, can't go on, or can't know whether its last COMMIT took place.
      expect([null, 0, 69, 75]).toContain(code);
      expect(await home.run(['up'])).toMatchObject({ code: 0 });
      expect([0, 111]).toContain(await tablesIn(home, 'nova_cell1'));
      expect(await home.run(SYNC)).toMatchObject({ code: 0 });
      expect(await isWhole()).toBe(true);
    },
  );
});

describe('killed under a suite,', () => {
  const kills: Record<string, () => unknown> = {
    'the worker': () => process.kill(novaWorker(), 'SIGKILL'),
    Temporal: () => process.kill(home.pid('temporal'), 'SIGKILL'),
    PostgreSQL: () => process.kill(home.pid('postgres'), 'SIGKILL'),
  };
  const novaWorker = (): number =>
    listParts(home.home).find(({ part, state }) => part === `worker ${target}` && state === 'running')!.pid!;
  let target: string;
  beforeAll(async () => {
    const { stdout } = await home.run([...CHECK_NOVA, '--no-wait']);
    target = stdout.slice(0, 12);
    expect((await home.run(['workflow', 'follow', stdout.trim()])).code).toBe(0);
  });

  it.each(Object.keys(kills))('%s leaves a report that is whole', async (victim) => {
    const release = await home.holdUp('lock table cell_mappings in access exclusive mode', 'nova_api');
    const running = home.start(CHECK_NOVA);
    await until(() => home.isHeldUp('relation', 'nova_api'));
    await kills[victim]!();
    await release().catch(() => {});
    const outcome = await running.outcome;
    expect(outcome.code).toBe(2);
    // A database that is gone while a check looks at it is that check's failure, and says so.
    const rows = reported(outcome.stdout);
    expect(rows).toHaveLength(7);
    const unlooked = rows.filter(
      ({ Result, Details }) => Result === 'Failure' && /could not be/.test(Details ?? ''),
    );
    expect(unlooked.length > 0).toBe(victim === 'PostgreSQL');
    expect(resultsOf((await home.run(CHECK_NOVA)).stdout)).toMatchObject({
      'compute-cells-v2': 'Success',
      'compute-placement-api': 'Failure',
      'compute-cinder-api': 'Success',
      'compute-hw-machine-type-unset': 'Success',
    });
  });
});
