import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Running } from '../support/home/cli.ts';
import { ExternalTemporal, startWorker } from '../support/home/external.ts';
import type { OwnDatabase } from '../support/home/own-database.ts';
import { MovedClock } from '../support/interop/moved-clock.ts';
import { RealKeystone } from '../support/interop/real-keystone.ts';

const HOUR = 3600;
const isStress = Boolean(process.env['KEYWARD_STRESS']);
const ROUNDS = isStress ? 100 : 10;
if (isStress) jest.setTimeout(7_200_000);

const external = new ExternalTemporal();
const { home } = external;
const fast = new MovedClock(5);
const slow = new MovedClock(-5);
/** An hour behind when its worker starts. */
const suspended = new MovedClock(-HOUR);
let keystone: RealKeystone;
let url: string;
let cloud: OwnDatabase;
let worker: Running;

/** The first bootstrap makes the admin; hashes are cheap, so that the rounds don't wait for them. */
beforeAll(async () => {
  await external.open();
  cloud = await external.database();
  const database = home.urlOf(cloud.name);
  keystone = await RealKeystone.open(path.join(home.dir, 'keystone'), database);
  keystone.use(database, { identity: { password_hash_rounds: '4' } });
  url = await keystone.serve();
  worker = await startWorker(cloud, suspended.env);
  await bootstrap('first');
  // Now it wakes up: its wall clock is set right, and its monotonic clock has missed the hour.
  suspended.moveTo(0);
});
afterAll(async () => {
  worker?.process.kill('SIGTERM');
  await worker?.outcome;
  keystone?.close();
  await home.remove();
  for (const clock of [fast, slow, suspended]) clock.remove();
});

async function run(args: string[], password: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const all = [...args, '--config-file', keystone.config];
  const { code, stderr } = await home.start(all, { env: { ...cloud.env, ...env }, input: `${password}\n` })
    .outcome;
  if (code !== 0) throw new Error(stderr);
  return stderr;
}

/** On the worker that was suspended: the command works on its run itself only if no worker takes it. */
async function bootstrap(password: string): Promise<void> {
  const said = await run(['bootstrap', '--bootstrap-password-stdin'], password);
  expect(said).not.toContain('works on it itself');
}

const setOn =
  ({ env }: MovedClock) =>
  (password: string): Promise<unknown> =>
    run(['user', 'password', 'set', 'admin', '--password-stdin'], password, env);

/** Changes the admin's newest password, as another program may have left it. */
const change = (assignments: string) =>
  home.query(
    `update password set ${assignments} where created_at_int = (select max(created_at_int) from password)`,
    cloud.name,
  );

async function login(password: string): Promise<number> {
  const user = { name: 'admin', domain: { id: 'default' }, password };
  const auth = { identity: { methods: ['password'], password: { user } } };
  const { status } = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify({ auth }),
    headers: { 'content-type': 'application/json' },
  });
  return status;
}

describe('a real Keystone takes the password that was set last, and no other,', () => {
  it(`by a host that is 5 s fast, one that is 5 s slow, and a worker that slept an hour, in turn, ${ROUNDS} rounds`, async () => {
    const writers = { fast: setOn(fast), slow: setOn(slow), suspended: bootstrap };
    const old = ['first'];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, write] of Object.entries(writers)) {
        const password = `${name}-${round}`;
        await write(password);
        const others = old.slice(-3);
        const statuses = await Promise.all([password, ...others].map(login));
        expect({ password, statuses }).toEqual({ password, statuses: [201, ...others.map(() => 401)] });
        old.push(password);
      }
    }
  });

  it('by a host that is 5 s slow after a Keystone that is an hour fast', async () => {
    await change(`created_at_int = created_at_int + 3600000000, created_at = created_at + interval '1 hour'`);
    await setOn(slow)('after-the-future');
    expect(await Promise.all(['after-the-future', 'suspended-0'].map(login))).toEqual([201, 401]);
  });

  it('by a bootstrap with the same password, which has expired', async () => {
    await bootstrap('the-same');
    await change(`expires_at_int = 1, expires_at = 'epoch'`);
    expect(await login('the-same')).toBe(401);
    await bootstrap('the-same');
    expect(await login('the-same')).toBe(201);
  });
});
