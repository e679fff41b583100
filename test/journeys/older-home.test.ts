import { afterAll, beforeAll, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import type { TestHome } from '../support/home/cli.ts';
import { everyRow, openOlderHome, type Recorded } from '../support/home/older-home.ts';

/** The home that a keyward of this commit left behind, with an open run (`scripts/record-home.ts` made it). */
const COMMIT = '6492209';
const MIGRATIONS = 'keyward.mikro_orm_migrations';
const ENDED_ON_PURPOSE = 'This run was started by an older keyward, which did not bind it to what was asked.';
const PASSWORD = { input: 'recorded-Pw-2\n' };
const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '--immutable-roles'];

let home: TestHome;
let recorded: Recorded;
let close: () => Promise<void> = async () => {};
beforeAll(async () => void ({ home, recorded, close } = await openOlderHome(COMMIT)));
afterAll(() => close());

const rowsNow = () => everyRow((sql) => home.query(sql));
const runs = () => recorded.shown['workflow list'] as { ID: string; Type: string; Status: string }[];
const openRun = () => runs().find(({ Status }) => Status === 'running')!.ID;
/** What was there in the older keyward's time; keyward's own list of migrations and of requests have grown since. */
async function expectNothingLost(): Promise<void> {
  const { [MIGRATIONS]: migrations, 'keyward.request': _requests, ...rows } = await rowsNow();
  const { [MIGRATIONS]: olderMigrations, ...olderRows } = recorded.rows;
  expect(rows).toEqual(olderRows);
  expect(migrations).toEqual(expect.arrayContaining(olderMigrations!));
}

it('holds runs that have ended in each way, and one that is open', () => {
  expect(runs().map(({ Type, Status }) => `${Type} ${Status}`)).toEqual([
    'bootstrap running',
    'bootstrap terminated',
    'bootstrap cancelled',
    'upgradeCheck completed',
    'bootstrap completed',
    'bootstrap completed',
  ]);
});

it('gets the tables that are new, and loses nothing', async () => {
  expect(await home.run(['db', 'sync'])).toMatchObject({
    code: 0,
    stdout: 'Applied keyward/003-request.sql.\n',
  });
  await expectNothingLost();
  expect(await home.run(['db', 'sync'])).toMatchObject({
    code: 0,
    stdout: 'Nothing to do: the database is up to date.\n',
  });
});

it('shows what the older keyward showed: resources and their flags, the audit, every run', async () => {
  const lines = Object.keys(recorded.shown);
  expect(lines).toHaveLength(8);
  for (const line of lines) {
    // The flag was in every list; now it is a column of the long ones.
    const command = /^(domain|role) list$/.test(line) ? `${line} --long` : line;
    expect({ [line]: await home.json(...command.split(' ')) }).toMatchObject({
      [line]: recorded.shown[line]!,
    });
  }
});

it('ends the open run, says why, and changes nothing', async () => {
  const { code, stdout, stderr } = await home.run(['workflow', 'follow', openRun()]);
  expect([code, stdout]).toEqual([75, '']);
  expect(stderr).toContain(
    `Error: ${ENDED_ON_PURPOSE} It is not known whether anything was changed. \`keyward audit list --request-id ${openRun().split('/')[2]}\` shows what it changed; a repeat of the command does the rest.`,
  );
  expect(await home.json('workflow', 'show', openRun())).toMatchObject({
    status: 'terminated',
    input: { regionId: 'RegionTwo', username: 'admin', password: '***' },
  });
  expect(await home.json('audit', 'list', '--request-id', openRun().split('/')[2]!)).toEqual([]);
  await expectNothingLost();
});

it('has the target that it had: its runs are found by its worker', async () => {
  const parts = (await home.json('ps')) as { Part: string }[];
  expect(parts.map(({ Part }) => Part)).toEqual([
    'postgres',
    'temporal',
    `worker ${openRun().split('/')[0]}`,
  ]);
});

it('refuses what was immutable, since then and by whom', async () => {
  const { code, stderr } = await home.run(['role', 'delete', 'observer']);
  expect(code).toBe(1);
  const { Time, ID } = recorded.shown['audit list']!.find(({ Name }) => Name === 'observer')!;
  expect(stderr).toContain(`immutable role resource: \`${ID}.`);
  expect(stderr).toContain(`since ${String(Time).slice(0, 19)}Z by root@`);
});

it('a bootstrap with the password finds nothing to change, and one that adds a region works', async () => {
  const [newest] = await home.query<{ password_hash: string }>(
    `select password_hash from password join local_user on local_user.id = local_user_id where name = 'admin'
     order by created_at_int desc limit 1`,
  );
  expect(await bcrypt.compare('recorded-Pw-2', newest!.password_hash)).toBe(true);
  expect(await home.run([...BOOTSTRAP, '--bootstrap-region-id', 'RegionOne'], PASSWORD)).toMatchObject({
    code: 0,
    stdout: 'Nothing to change.\n',
  });
  await expectNothingLost();
  const added = await home.run([...BOOTSTRAP, '--bootstrap-region-id', 'RegionTwo', '-f', 'csv'], PASSWORD);
  expect([added.code, added.stdout.split('\n')[1]]).toEqual([0, '"create","region","RegionTwo","RegionTwo"']);
});
