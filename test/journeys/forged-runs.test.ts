import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { everyRow } from '../support/cloud/every-row.ts';
import { Attacker, type History, type Sealed } from '../support/home/attacker.ts';
import { BOOTSTRAP_LOCK, type Running, runIdOf, TestHome, until } from '../support/home/cli.ts';
import { listParts } from '../../src/daemons/parts.ts';
import { isRoot, NOBODY } from '../support/home/engine-home.ts';

/**
 * A cloud in use, and somebody with a plain Temporal client who reads and writes all that the Temporal server keeps, but
 * has no payload key. Each attack is made by a client that is let in to the server, so that what protects is the payloads
 * and the database; that other accounts are not even let in is a test of its own.
 */
const [OLD, NEW] = ['old-Pw-1', 'new-Pw-2'];
const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '-f', 'json'];
const OTHER = 'other';
const home = TestHome.clone();
let attacker: Attacker;
let created: Run;
let unchanged: Run;
let checked: Run;
let elsewhere: Run;
let ofOldKey: Run;
let foreignQueue: string;
/** Asked early, since it takes a client 5 s to find out. */
let readByNobody: Promise<unknown>;

type Run = { id: string; history: History };

const otherDatabase = () => ({
  KEYWARD_KEYSTONE_DATABASE_URL: home.urlOf(OTHER),
});

async function run(args: string[], { input = '', env = {} } = {}): Promise<Run> {
  const { code, stderr } = await home.run(args, { input, env });
  if (code !== 0) throw new Error(stderr);
  const id = runIdOf(stderr)!;
  return { id, history: await attacker.read(id) };
}

/** Every row of both databases: Keystone's, and the audit; and whether the admin's password still is the new one. */
async function everything(): Promise<string> {
  const rows = ['keystone', OTHER].map((database) => everyRow((sql) => home.query(sql, database)));
  return (await Promise.all(rows)).join('\n');
}

/** A bootstrap with something to change that waits before its transaction's first write. */
async function heldBootstrap(): Promise<{ id: string; running: Running; release: () => Promise<void> }> {
  const release = await home.holdUp(BOOTSTRAP_LOCK);
  const running = home.start([...BOOTSTRAP, '--bootstrap-region-id', `region-${randomUUID()}`], {
    input: `${NEW}\n`,
  });
  await until(() => home.isHeldUp('advisory'));
  return { id: runIdOf(running.stderr())!, running, release };
}

const altered =
  (at: number) =>
  ({ encoding, data }: Sealed): Sealed => {
    const bytes = Buffer.from(data, 'base64');
    bytes[at < 0 ? bytes.length + at : at]! ^= 1;
    return { encoding, data: bytes.toString('base64') };
  };
const cutOff = ({ encoding, data }: Sealed): Sealed => ({
  encoding,
  data: Buffer.from(data, 'base64').subarray(0, -20).toString('base64'),
});
const target = (id: string): string => id.split('/')[0]!;
const freshId = (): string => `${target(unchanged.id)}/bootstrap/${randomUUID()}`;

function readAs(account: number): Promise<History> {
  const { address } = listParts(home.home).find(({ part }) => part === 'temporal')!;
  const other = new Attacker(address!, account);
  return other.read(unchanged.id).finally(() => other.close());
}

beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  await home.query(`create database ${OTHER}`, 'postgres');
  for (const env of [{}, otherDatabase()])
    expect(await home.run(['db', 'sync'], { env })).toMatchObject({ code: 0 });
  attacker = new Attacker(home.temporal);
  const keyFile = path.join(home.dir, 'old.key');
  writeFileSync(keyFile, `${'5a'.repeat(32)}\n`, { mode: 0o600 });
  ofOldKey = await run(BOOTSTRAP, { input: `${OLD}\n`, env: { KEYWARD_PAYLOAD_KEY_FILE: keyFile } });
  created = await run([...BOOTSTRAP, '--bootstrap-region-id', 'RegionOne'], { input: `${OLD}\n` });
  unchanged = await run(BOOTSTRAP, { input: `${OLD}\n` });
  checked = await run(['status', 'upgrade', 'check', '-f', 'json']);
  elsewhere = await run(BOOTSTRAP, { input: `${OLD}\n`, env: otherDatabase() });
  foreignQueue = elsewhere.history.queue;
  if (isRoot) readByNobody = readAs(NOBODY).catch((error: unknown) => error);
  expect(
    await home.run(['user', 'password', 'set', 'admin', '--password-stdin'], { input: `${NEW}\n` }),
  ).toMatchObject({ code: 0 });
});
afterAll(async () => {
  attacker.close();
  await home.remove();
});

describe('changes no row, no audit and no password:', () => {
  type Forged = { id: string; type: string; queue: string; input: Sealed[] };
  const replay = ({ id, history: { queue, input } }: Run, changes: Partial<Forged> = {}): Forged => ({
    id,
    type: 'bootstrap',
    queue,
    input,
    ...changes,
  });

  it.each<[string, () => Forged]>([
    ['an input again under a new id', () => replay(unchanged, { id: freshId() })],
    ['an input that changed something, again under a new id', () => replay(created, { id: freshId() })],
    [
      "an input as another type's",
      () =>
        replay(unchanged, {
          id: `${target(unchanged.id)}/status-upgrade-check/${randomUUID()}`,
          type: 'upgradeCheck',
        }),
    ],
    ["another type's input", () => replay(checked, { id: freshId() })],
    [
      'an input on the queue of another database',
      () => replay(unchanged, { id: freshId(), queue: foreignQueue }),
    ],
    [
      'an input under an id of another database, on its queue',
      () =>
        replay(unchanged, { id: `${target(elsewhere.id)}/bootstrap/${randomUUID()}`, queue: foreignQueue }),
    ],
    ["another database's input", () => replay(elsewhere, { id: freshId(), queue: unchanged.history.queue })],
    ['a result as an input', () => replay(unchanged, { id: freshId(), input: created.history.result })],
    [
      "a step's input as a run's",
      () => replay(unchanged, { id: freshId(), input: created.history.stepInputs[1]! }),
    ],
    [
      'altered bytes',
      () => replay(unchanged, { id: freshId(), input: unchanged.history.input.map(altered(-1)) }),
    ],
    [
      'an altered key id',
      () => replay(unchanged, { id: freshId(), input: unchanged.history.input.map(altered(0)) }),
    ],
    [
      'a truncated input',
      () => replay(unchanged, { id: freshId(), input: unchanged.history.input.map(cutOff) }),
    ],
    ['no input at all', () => replay(unchanged, { id: freshId(), input: [] })],
    ['an input of an old key', () => replay(ofOldKey, { id: freshId() })],
    [
      'an input of a type that nobody has',
      () => replay(unchanged, { id: freshId(), type: 'applyBootstrap' }),
    ],
  ])('%s', async (_, forge) => {
    const before = await everything();
    const forged = forge();
    await attacker.start(forged);
    expect(await attacker.ended(forged.id)).not.toBe('Completed');
    expect(await everything()).toBe(before);
  });

  it('an input again by a signal that starts a run', async () => {
    const before = await everything();
    const forged = replay(unchanged, { id: freshId() });
    await attacker.signalWithStart(forged);
    expect(await attacker.ended(forged.id)).not.toBe('Completed');
    expect(await everything()).toBe(before);
  });

  it('the same id again, as any type, after its run was deleted', async () => {
    const before = await everything();
    for (const known of [unchanged, created]) {
      await attacker.do('delete', { id: known.id });
      for (const type of ['upgradeCheck', 'bootstrap', 'bootstrap']) {
        await attacker.start(replay(known, { type }));
        // A bootstrap that was applied gives its report again, and does nothing.
        expect(await attacker.ended(known.id)).toBe(type === 'bootstrap' ? 'Completed' : 'Failed');
        expect(await everything()).toBe(before);
      }
    }
  });
});

describe('of a run under way, what is told is what is there:', () => {
  /** What the command said, and whether its change is there. */
  async function attacked(attack: (id: string) => Promise<unknown>, releaseFirst = false) {
    const before = await everything();
    const { id, running, release } = await heldBootstrap();
    if (releaseFirst) await release();
    await attack(id).finally(() => releaseFirst || release());
    const { code, stdout, stderr } = await running.outcome;
    const isThere = (await everything()) !== before;
    return { id, code, stdout, stderr, isThere };
  }
  const isTrue = ({ code, stderr, isThere }: { code: number | null; stderr: string; isThere: boolean }) => {
    expect({ code: code === 0, unchanged: stderr.includes('Nothing was changed.') }).toEqual({
      code: isThere,
      unchanged: !isThere,
    });
  };

  it("a step that is given another run's result", async () => {
    isTrue(
      await attacked((id) => attacker.do('complete', { id, step: '2', result: created.history.steps[1] })),
    );
  });
  it('a step that is given its own input as its result', async () => {
    isTrue(
      await attacked(async (id) =>
        attacker.do('complete', {
          id,
          step: '2',
          result: (await attacker.read(id)).stepInputs[1]!.slice(0, 1),
        }),
      ),
    );
  });
  it("a step that is given another step's result", async () => {
    isTrue(
      await attacked(async (id) =>
        attacker.do('complete', { id, step: '2', result: (await attacker.read(id)).steps[0] }),
      ),
    );
  });
  it('a step that is failed with a lie', async () => {
    isTrue(await attacked((id) => attacker.do('fail', { id, step: '2' })));
  });
  it('a signal with a copied payload', async () => {
    isTrue(await attacked((id) => attacker.do('signal', { id, input: created.history.input })));
  });
  it('an update with a copied payload', async () => {
    const updated = (id: string) => attacker.do('update', { id, input: created.history.input });
    isTrue(await attacked((id) => expect(updated(id)).rejects.toThrow()));
  });
  it('terminated before it writes', async () => {
    const told = await attacked((id) => attacker.do('terminate', { id }));
    isTrue(told);
  });
  it('terminated while it writes', async () => {
    isTrue(await attacked((id) => attacker.do('terminate', { id }), true));
  });
  it('reset to before it was applied, after a new password', async () => {
    const { id, code } = await attacked(async () => {}, true);
    expect(code).toBe(0);
    const { tasksDone } = await attacker.read(id);
    expect(
      await home.run(['user', 'password', 'set', 'admin', '--password-stdin'], { input: 'newest-Pw-3\n' }),
    ).toMatchObject({ code: 0 });
    const before = await everything();
    await attacker.do('reset', { id, to: tasksDone[0] });
    await attacker.ended(id);
    expect(await everything()).toBe(before);
  });
});

(isRoot ? it : it.skip)('another account is not let in at all', async () => {
  expect(await readByNobody).toBeInstanceOf(Error);
});
