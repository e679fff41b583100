import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { TestHome } from '../test/support/cli.ts';
import { RealKeystone } from '../test/support/real-keystone.ts';

const ROUNDS = 5;
const PASSWORD = 'bench-Pw-1';
const CATALOG = ['public', 'internal', 'admin'].flatMap((face) => [
  `--bootstrap-${face}-url`,
  'http://127.0.0.1:5000/v3',
]);
const home = new TestHome();

type Measured = { seconds: number };
type Contest = {
  name: string;
  limit: number;
  ours: () => Promise<Measured>;
  theirs: () => Promise<Measured>;
};

const urlOf = (database: string): string =>
  `postgresql+psycopg2://openstack@/${database}?host=${home.home.runDir}`;

/** Wall time of one whole process. */
async function measure(command: () => Promise<{ code: number | null; stderr: string }>): Promise<Measured> {
  const start = performance.now();
  const { code, stderr } = await command();
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return { seconds: (performance.now() - start) / 1000 };
}

const keyward = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  measure(() => home.run(args, { env, input: `${PASSWORD}\n` }));

async function contests(real: RealKeystone): Promise<Contest[]> {
  const local = (database: string) => ({ KEYWARD_KEYSTONE_DATABASE_URL: urlOf(database) });
  const temporal = JSON.parse((await home.run(['ps', '-f', 'json'])).stdout) as {
    Part: string;
    Address: string;
  }[];
  const TEMPORAL_ADDRESS = temporal.find(({ Part }) => Part === 'temporal')!.Address;
  const bootstrap = [
    'bootstrap',
    '--bootstrap-password-stdin',
    '--bootstrap-region-id',
    'RegionOne',
    ...CATALOG,
  ];
  const realBootstrap = [
    'bootstrap',
    '--bootstrap-password',
    PASSWORD,
    '--bootstrap-region-id',
    'RegionOne',
    ...CATALOG,
  ];
  const manage = (...args: string[]) => measure(() => real.manage(...args));
  const status = () => measure(() => real.status());
  const inline = (database: string) => ({ ...local(database), TEMPORAL_ADDRESS });
  const fresh = async (database: string): Promise<void> => {
    await home.query(
      `truncate role, "user", assignment, system_assignment, region, service, endpoint cascade;
       delete from project where id <> '<<keystone.domain.root>>'`,
      database,
    );
  };
  const first = (run: () => Promise<Measured>, database: string) => async () => {
    await fresh(database);
    return run();
  };
  const check = ['status', 'upgrade', 'check'];
  return [
    { name: '--version', limit: 0.12, ours: () => keyward(['--version']), theirs: () => manage('--version') },
    { name: '--help', limit: 0.12, ours: () => keyward(['--help']), theirs: () => manage('--version') },
    {
      name: 'bootstrap, first',
      limit: 0.4,
      ours: first(() => keyward(bootstrap, local('bench')), 'bench'),
      theirs: first(() => manage(...realBootstrap), 'bench_real'),
    },
    {
      name: 'bootstrap, repeat',
      limit: 0.4,
      ours: () => keyward(bootstrap, local('bench')),
      theirs: () => manage(...realBootstrap),
    },
    { name: 'status upgrade check', limit: 0.5, ours: () => keyward(check, local('bench')), theirs: status },
    {
      name: 'bootstrap, inline worker',
      limit: 0.7,
      ours: () => keyward([...bootstrap, '--inline'], inline('bench')),
      theirs: () => manage(...realBootstrap),
    },
    {
      name: 'check, inline worker',
      limit: 0.9,
      ours: () => keyward([...check, '--inline'], inline('bench')),
      theirs: status,
    },
  ];
}

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;

async function main(): Promise<void> {
  await home.run(['up']);
  for (const name of ['bench', 'bench_real']) await home.query(`create database ${name}`, 'postgres');
  const real = await RealKeystone.open(path.join(home.dir, 'real'), urlOf('bench_real'));
  await real.manage('db_sync');
  await home.run(['db', 'sync'], { env: { KEYWARD_KEYSTONE_DATABASE_URL: urlOf('bench') } });
  console.log(
    `load ${execFileSync('cut', ['-d', ' ', '-f1-3', '/proc/loadavg'], { encoding: 'utf8' }).trim()}; medians of ${ROUNDS}, in seconds`,
  );
  console.log('| what | keyward | real | ratio | at most |\n| --- | --- | --- | --- | --- |');
  for (const { name, limit, ours, theirs } of await contests(real)) {
    const mine: number[] = [];
    const others: number[] = [];
    await ours();
    for (let round = 0; round < ROUNDS; round++) {
      mine.push((await ours()).seconds);
      others.push((await theirs()).seconds);
    }
    const ratio = median(mine) / median(others);
    console.log(
      `| ${name} | ${median(mine).toFixed(2)} | ${median(others).toFixed(2)} | ${ratio.toFixed(2)} | ${limit} |`,
    );
  }
  const up = [];
  for (let round = 0; round < ROUNDS; round++) up.push((await keyward(['up'])).seconds);
  console.log(`| up, when it is up | ${median(up).toFixed(2)} | | | |`);
}

await main().finally(() => home.remove());
