import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { listParts } from '../../src/daemons/parts.ts';
import { type Running, until } from '../support/home/cli.ts';
import { filesOf } from '../support/home/made-servers.ts';
import { ServerHome, type What } from '../support/home/server-home.ts';
import type { Point } from '../support/home/server-holds.ts';
import { numbersOf } from '../support/random.ts';

/**
 * One victim is killed while a `server create` or `server delete` is held up at each of its steps. KEYWARD_SEED chooses
 * the victim of each step, and `npm run stress` takes all of them.
 */
const STRESS = process.env['KEYWARD_STRESS'] === '1';
const SEED = Number(process.env['KEYWARD_SEED'] ?? 20_261_130);
if (STRESS) jest.setTimeout(1_800_000);

const cloud = new ServerHome();
const { home, holds, env } = cloud;
beforeAll(() => cloud.open());
afterAll(() => cloud.close());

const workerPid = (): number =>
  listParts(home.home).find(({ part, state }) => part.startsWith('worker') && state === 'running')!.pid!;
const victims = {
  worker: () => process.kill(workerPid(), 'SIGKILL'),
  Temporal: () => process.kill(home.pid('temporal'), 'SIGKILL'),
  PostgreSQL: () => process.kill(home.pid('postgres'), 'SIGKILL'),
};
type Victim = keyof typeof victims;
const VICTIMS = Object.keys(victims) as Victim[];

/** A step to stop at; nobody takes the notifications at `announce`. */
type Stop = Point | 'announce';
type Case = { what: What; stop: Stop };
const STOPS: Record<What, Stop[]> = {
  create: ['accept', 'place', 'map', 'spawn', 'finish', 'announce'],
  delete: ['begin', 'queue', 'finish delete', 'announce'],
};
const CASES = (['create', 'delete'] as const).flatMap((what) => STOPS[what].map((stop) => ({ what, stop })));

const next = numbersOf(SEED);
const struck: Record<Victim, Case[]> = { worker: [], Temporal: [], PostgreSQL: [] };
if (STRESS) for (const victim of VICTIMS) struck[victim] = CASES;
else for (const each of CASES) struck[VICTIMS[next(VICTIMS.length)]!].push(each);

type Held = Case & { name: string; running: Running; letGo: () => Promise<void> };

/** Starts the command and brings it to its step. */
async function bring({ what, stop }: Case, victim: Victim): Promise<Held> {
  const name = `${what}-${stop}-${victim}`.toLowerCase().replaceAll(' ', '-');
  const uuid = what === 'delete' ? await cloud.make(name) : '';
  const last = what === 'create' ? 'finish' : 'finish delete';
  const point = stop === 'announce' ? last : stop;
  const key = point === 'queue' ? uuid : name;
  const running = await cloud.startHeld(what, name, point, key);
  const held = { what, stop, name, running };
  if (stop !== 'announce') return { ...held, letGo: () => holds.release(point, key) };
  const unblock = holds.blockNotifications();
  await holds.release(point, key);
  await cloud.final(name);
  return { ...held, letGo: async () => unblock() };
}

/** Brings each to its step, kills the victim, and lets them go on. */
async function strike(victim: Victim): Promise<Held[]> {
  const all = await Promise.all(struck[victim].map((each) => bring(each, victim)));
  victims[victim]();
  for (const { letGo } of all) await letGo();
  return all;
}

/** What the command said is what is there. */
async function judge({ what, name, running }: Held): Promise<void> {
  const { code, stdout, stderr } = await running.outcome;
  expect({ name, code, stderr }).toMatchObject({ name, code: 0 });
  const [row, ...others] = await cloud.rowsOf(name);
  expect([...others, ...(await cloud.rowsOf(name, 'nova_cell0'))]).toEqual([]);
  const isDeleted = what === 'delete';
  expect(row).toMatchObject({ vm_state: isDeleted ? 'deleted' : 'active', task_state: null });
  if (!isDeleted) expect(JSON.parse(stdout)).toMatchObject({ id: row!.uuid, status: 'ACTIVE' });
  expect({ name, files: filesOf(home, row!.uuid) }).toEqual({ name, files: isDeleted ? 'none' : 'whole' });
  const actions = await home.query(
    `select a.action, a.message, e.result from instance_actions a left join instance_actions_events e on e.action_id = a.id
     where a.instance_uuid = '${row!.uuid}' order by a.id`,
    'nova_cell1',
  );
  const done = (action: string) => ({ action, message: null, result: 'Success' });
  expect(actions).toEqual([done('create'), ...(isDeleted ? [done('delete')] : [])]);
}

/** Nothing half made is left anywhere. */
async function expectWhole(): Promise<void> {
  expect(await home.query('select from build_requests', 'nova_api')).toEqual([]);
  expect(await home.query('select from instances where task_state is not null', 'nova_cell1')).toEqual([]);
  expect(await home.run(['cell', 'verify'], { env })).toMatchObject({
    code: 0,
    stdout: 'Nothing is wrong with the 2 cells.\n',
  });
}

// Temporal gives a step that was begun to another worker after 15 s: meanwhile the next victims are killed.
it.each(STRESS ? VICTIMS.map((victim) => [[victim]]) : [[VICTIMS]])(
  'kill -9 of %p at each step: each command goes on to its end, and its files and rows are whole',
  async (wave) => {
    const held: Held[] = [];
    for (const victim of wave) held.push(...(await strike(victim)));
    await Promise.all(held.map(({ running }) => running.outcome));
    for (const each of held) await judge(each);
    await expectWhole();
  },
);

it('a command that is killed before it has started its run makes no server', async () => {
  const file = path.join(home.dir, 'user-data');
  writeFileSync(file, '#!/bin/sh');
  await holds.hold('user data', '');
  const running = cloud.start('create', 'never', ['--user-data', file]);
  await holds.reached('user data', '');
  process.kill(home.pid('temporal'), 'SIGSTOP');
  await holds.release('user data', '');
  const kept = () => home.query('select from keyward.user_data', 'nova_api');
  await until(async () => (await kept()).length > 0);
  running.process.kill('SIGKILL');
  await running.outcome;
  process.kill(home.pid('temporal'), 'SIGCONT');
  await expectWhole();
  expect(await cloud.rowsOf('never')).toEqual([]);
  expect(await cloud.start('create', 'never').outcome).toMatchObject({ code: 0 });
  expect(await cloud.rowsOf('never')).toMatchObject([{ vm_state: 'active' }]);
});
