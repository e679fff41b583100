import path from 'node:path';
import { StartedPrograms } from '../test/support/interop/programs.ts';
import { RealKeystone } from '../test/support/interop/real-keystone.ts';
import { competeWithNova } from './compute.ts';
import { measureLocks } from './locks.ts';
import { competeWithOpenstack, listServers } from './servers.ts';
import {
  compete,
  type Contest,
  heading,
  home,
  keyward,
  median,
  PASSWORD,
  peakMiB,
  ROUNDS,
  row,
  type Seconds,
  succeed,
  time,
  urlOf,
  workersPeak,
} from './measure.ts';

const REGION = ['--bootstrap-region-id', 'RegionOne'];
const URLS = ['public', 'internal', 'admin'].flatMap((face) => [
  `--bootstrap-${face}-url`,
  'http://127.0.0.1:5000/v3',
]);
const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', ...REGION, ...URLS];
const REAL_BOOTSTRAP = ['--bootstrap-password', PASSWORD, ...REGION, ...URLS];
const CHECK = ['status', 'upgrade', 'check'];

/** Empties both databases again, but for what `db sync` leaves. */
async function unbootstrap(): Promise<void> {
  for (const database of ['bench', 'bench_real']) {
    await home.query(
      `truncate role, "user", assignment, system_assignment, region, service, endpoint cascade;
       delete from project where id <> '<<keystone.domain.root>>'`,
      database,
    );
  }
}

function contests(real: RealKeystone, temporal: string): Contest[] {
  const manage =
    (command: string, ...args: string[]) =>
    () =>
      succeed(`keystone-manage ${command}`, real.manage(command, ...args));
  const status = () => succeed('keystone-status', real.status());
  const env = { KEYWARD_KEYSTONE_DATABASE_URL: urlOf('bench') };
  const inline = { ...env, TEMPORAL_ADDRESS: temporal };
  const [version, again] = [manage('--version'), manage('bootstrap', ...REAL_BOOTSTRAP)];
  return [
    { name: '--version', atMost: 0.12, args: ['--version'], theirs: version },
    { name: '--help', atMost: 0.12, args: ['--help'], theirs: version },
    { name: 'bootstrap, first', atMost: 0.4, args: BOOTSTRAP, env, theirs: again, prepare: unbootstrap },
    { name: 'bootstrap, repeat', atMost: 0.4, args: BOOTSTRAP, env, theirs: again },
    { name: 'status upgrade check', atMost: 0.5, args: CHECK, env, theirs: status },
    { name: 'bootstrap, inline', atMost: 0.7, args: [...BOOTSTRAP, '--inline'], env: inline, theirs: again },
    { name: 'check, inline', atMost: 0.9, args: [...CHECK, '--inline'], env: inline, theirs: status },
  ];
}

/** The real Keystone serves `bench_real`; its own client asks it, as an operator would. */
async function resourceContests(real: RealKeystone): Promise<Contest[]> {
  const url = `${await real.serve()}/v3`;
  const urls = ['public', 'internal', 'admin'].flatMap((face) => [`--bootstrap-${face}-url`, url]);
  await succeed('bootstrap', real.manage('bootstrap', '--bootstrap-password', PASSWORD, ...REGION, ...urls));
  const scope = { OS_AUTH_URL: url, OS_PASSWORD: PASSWORD, OS_SYSTEM_SCOPE: 'all' };
  const openstack =
    (...args: string[]) =>
    () =>
      succeed(`openstack ${args.join(' ')}`, real.openstack(scope, ...args));
  const env = { KEYWARD_KEYSTONE_DATABASE_URL: urlOf('bench') };
  await openstack('role', 'create', 'bench')();
  await keyward(['role', 'create', 'bench'], env);
  const set = ['role', 'set', '--description', 'measured', 'bench'];
  return [
    { name: 'role list', atMost: 0.35, args: ['role', 'list'], env, theirs: openstack('role', 'list') },
    { name: 'role set', atMost: 0.35, args: set, env, theirs: openstack(...set) },
  ];
}

/** Measures a list of so many users: ten times as many must take no more memory. */
async function listUsers(count: number): Promise<void> {
  const env = { KEYWARD_KEYSTONE_DATABASE_URL: urlOf('bench') };
  await home.query(
    `insert into "user" (id, extra, enabled, domain_id, created_at)
       select md5(i::text), '{}', true, 'default', now() from generate_series(1, ${count}) i on conflict do nothing;
     insert into local_user (user_id, domain_id, name)
       select md5(i::text), 'default', 'user' || i from generate_series(1, ${count}) i on conflict do nothing;
     insert into password (local_user_id, self_service, password_hash, created_at, created_at_int)
       select id, false, '', now(), 1 from local_user where name like 'user%';
     analyze`,
    'bench',
  );
  const list = ['user', 'list', '-f', 'csv'];
  const times: Seconds[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await time(() => keyward(list, env)));
  const rate = Math.round(count / median(times));
  row(
    `user list of ${count}, ${rate} rows/s`,
    median(times).toFixed(2),
    '',
    '',
    '',
    await peakMiB(list, env),
  );
}

async function startUp(name: string, prepare: () => Promise<unknown>): Promise<void> {
  const times: Seconds[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await prepare();
    times.push(await time(() => keyward(['up'])));
  }
  row(name, median(times).toFixed(2), '', '', '', await peakMiB(['up']));
}

async function measureAll(): Promise<void> {
  await keyward(['up']);
  for (const name of ['bench', 'bench_real']) await home.query(`create database ${name}`, 'postgres');
  const real = await RealKeystone.open(
    path.join(home.dir, 'real'),
    urlOf('bench_real'),
    (bin) => new StartedPrograms(bin),
  );
  await real.manage('db_sync');
  await keyward(['db', 'sync'], { KEYWARD_KEYSTONE_DATABASE_URL: urlOf('bench') });

  heading();
  for (const contest of contests(real, home.temporal)) await compete(contest);
  for (const contest of await resourceContests(real)) await compete(contest);
  for (const count of [10_000, 100_000]) await listUsers(count);
  real.close();
  await competeWithNova();
  await listServers();
  await competeWithOpenstack();
  row('the local worker, after all that', '', '', '', '', workersPeak());
  await startUp('up, when it is up', async () => {});
  await startUp('up, after down', () => keyward(['down']));
  await measureLocks();
}

/** `npm run bench locks` measures locks alone, and `npm run bench locks fleet` one part of that. */
async function main([only, ...parts]: string[]): Promise<void> {
  if (only === undefined) return measureAll();
  if (only !== 'locks') throw new Error(`Only locks can be measured alone, and not ${only}.`);
  await keyward(['up']);
  heading();
  await measureLocks(parts);
}

await main(process.argv.slice(2)).finally(() => home.remove());
