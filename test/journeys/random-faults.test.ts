import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Outcome, TestHome, until } from '../support/home/cli.ts';
import { GrpcProxy, Status } from '../support/home/grpc-proxy.ts';
import { PlainTemporal } from '../support/home/plain-temporal.ts';
import { everyRow } from '../support/cloud/every-row.ts';
import { at, type Fault, PostgresProxy } from '../support/cloud/postgres-proxy.ts';
import { numbersOf } from '../support/random.ts';

/**
 * Commands with one fault each, at a random statement or a random call of Temporal: what a command tells of its change
 * agrees with the rows. A round's seed repeats its choices: KEYWARD_SEED is the first, KEYWARD_ROUNDS how many.
 */
const STRESS = process.env['KEYWARD_STRESS'] === '1';
/** Each command with each kind of fault that matters to it; the first six strike a bootstrap, at Temporal in two. */
const CHOSEN = [5, 15, 18, 260, 1437, 1589, 196, 43, 12, 37, 9, 46, 20, 29];
const FIRST = Number(process.env['KEYWARD_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env['KEYWARD_ROUNDS'] ?? (STRESS ? 300 : 1));
const isRandom = STRESS || process.env['KEYWARD_SEED'] !== undefined;
const SEEDS = isRandom ? Array.from({ length: ROUNDS }, (_, round) => FIRST + round) : CHOSEN;
const DATABASE_FAULTS: Fault[] = ['cut', 'cut-after', 'orphan', 'half-open', { delay: 300 }];
const CALLS = [
  'StartWorkflowExecution',
  'GetWorkflowExecutionHistory',
  'DescribeWorkflowExecution',
  'PollWorkflowTaskQueue',
  'PollActivityTaskQueue',
  'RespondWorkflowTaskCompleted',
  'RespondActivityTaskCompleted',
] as const;
const MOST_STATEMENTS = 45;
const MOST_CALLS = 4;

const home = TestHome.clone();
let temporal: PlainTemporal;
let grpc: GrpcProxy;
let database: PostgresProxy;

beforeAll(async () => {
  temporal = await PlainTemporal.start();
  grpc = await GrpcProxy.open(temporal.address);
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
  const address = { host: home.home.runDir, port: 5432, database: 'keystone', user: 'openstack' };
  database = await PostgresProxy.start({ ...address, password: null, ssl: 'disable', sslRootCert: null });
  expect(await through(['bootstrap', '--bootstrap-password-stdin', '--inline'], 'first-Pw')).toMatchObject({
    code: 0,
  });
});
afterAll(async () => {
  database.stop();
  await grpc.close();
  await temporal.stop();
  await home.remove();
});

const through = (args: string[], password: string): Promise<Outcome> =>
  home.run(args, {
    input: `${password}\n`,
    env: {
      TEMPORAL_ADDRESS: grpc.address,
      KEYWARD_KEYSTONE_DATABASE_URL: `postgresql://openstack@/keystone?host=${database.address.host}`,
    },
  });

type Step = { args: string[]; before?: string[]; usesTemporal?: boolean; readsOnly?: boolean };

const STEPS: ((seed: number) => Step)[] = [
  (seed) => ({
    args: ['bootstrap', '--bootstrap-password-stdin', '--inline', '--bootstrap-region-id', `region-${seed}`],
    usesTemporal: true,
  }),
  () => ({ args: ['user', 'password', 'set', 'admin', '--password-stdin'] }),
  (seed) => ({ args: ['role', 'create', `role-${seed}`] }),
  (seed) => ({ args: ['project', 'create', `project-${seed}`] }),
  (seed) => ({ before: ['role', 'create', `gone-${seed}`], args: ['role', 'delete', `gone-${seed}`] }),
  () => ({ args: ['status', 'upgrade', 'check', '--inline'], usesTemporal: true, readsOnly: true }),
];

const everything = (): Promise<string> => everyRow((sql) => home.query(sql));

function plantFault(next: (below: number) => number, usesTemporal: boolean): string {
  if (usesTemporal && next(2) === 0) {
    const call = CALLS[next(CALLS.length)]!;
    const which = { skip: next(MOST_CALLS), times: 1 };
    const how = next(3);
    if (how === 0) grpc.reject(call, Status.UNAVAILABLE, which);
    else grpc.cut(call, how === 1 ? 'request' : 'answer', which);
    return `${['UNAVAILABLE', 'cut before', 'cut after'][how]} ${call} ${which.skip + 1}`;
  }
  const fault = DATABASE_FAULTS[next(DATABASE_FAULTS.length)]!;
  const nth = 1 + next(MOST_STATEMENTS);
  database.plan = at(nth, fault);
  return `${JSON.stringify(fault)} at statement ${nth}`;
}

/** What the command says of its change; null where it says what no command may. */
function toldBy({ code, stderr }: Outcome, readsOnly: boolean): 'changed' | 'unchanged' | 'unknown' | null {
  if (stderr.includes('a bug in keyward')) return null;
  if (readsOnly) return 'unchanged';
  if (code === 0) return 'changed';
  if (code === 75) return /`keyward (audit list|workflow follow)/.test(stderr) ? 'unknown' : null;
  return stderr.includes('Nothing was changed.') ? 'unchanged' : null;
}

/** What still works on it has ended, so that the rows are final. */
async function settled(): Promise<void> {
  grpc.clear();
  database.reset();
  await until(async () => {
    const open = await home.query("select from pg_stat_activity where application_name = 'keyward'");
    return open.length === 0;
  });
}

it(`what ${SEEDS.length} commands tell, each with a fault, is what is there`, async () => {
  const wrong = [];
  for (const seed of SEEDS) {
    const next = numbersOf(seed);
    const { args, before: first, usesTemporal = false, readsOnly = false } = STEPS[next(STEPS.length)]!(seed);
    if (first) expect(await through(first, '')).toMatchObject({ code: 0 });
    const before = await everything();
    const fault = plantFault(next, usesTemporal);
    const outcome = await through(args, `random-Pw-${seed}`);
    await settled();
    const told = toldBy(outcome, readsOnly);
    const is = (await everything()) === before ? 'unchanged' : 'changed';
    if (told !== is && told !== 'unknown')
      wrong.push({
        seed,
        command: args.join(' '),
        fault,
        told,
        is,
        code: outcome.code,
        stderr: outcome.stderr,
      });
  }
  expect(wrong).toEqual([]);
}, 7_200_000);
