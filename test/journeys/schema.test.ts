import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';

const home = TestHome.clone();
beforeAll(async () => {
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

const on = (database: string, ...args: string[]) => {
  const env = { KEYWARD_KEYSTONE_DATABASE_URL: home.urlOf(database) };
  return home.run(args, { env, input: 'schema-Pw-1\n' });
};

it('--check sees what db sync would do: of Keystone, of keyward, and nothing', async () => {
  await home.query('create database adopted', 'postgres');
  const check = () => on('adopted', 'db', 'sync', '--check');
  expect(await check()).toMatchObject({ code: 2, stderr: expect.stringContaining('is empty') });
  expect(await on('adopted', 'db', 'sync')).toMatchObject({ code: 0 });
  expect(await check()).toMatchObject({ code: 0, stdout: '' });
  await home.query('drop schema keyward cascade', 'adopted');
  expect(await check()).toMatchObject({
    code: 2,
    stderr: "keyward's own tables are missing or older: `keyward db sync` makes them.\n",
  });
  expect(await on('adopted', 'db', 'sync')).toMatchObject({ code: 0 });
  expect(await check()).toMatchObject({ code: 0 });
});

it("nothing sends an operator to sync another service's database", async () => {
  await home.query('create database nova', 'postgres');
  await home.query(
    `create table instances (id int); create table alembic_version (version_num varchar(32));
     insert into alembic_version values ('960aac0e09ea')`,
    'nova',
  );
  for (const args of [
    ['db', 'sync', '--check'],
    ['db', 'sync'],
    ['db', 'version'],
    ['bootstrap', '--dry-run', '--bootstrap-password-stdin'],
    ['bootstrap', '--bootstrap-password-stdin'],
  ]) {
    const { code, stdout, stderr } = await on('nova', ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /holds tables that are not Keystone's\. (?:Nothing was changed\. )?Name an empty database, or one of a Keystone\.$/m,
    );
    expect(stderr).not.toContain('db sync`');
  }
  const checked = await on('nova', 'status', 'upgrade', 'check');
  expect(checked).toMatchObject({ code: 2, stderr: expect.not.stringContaining('db sync') });
  expect(await home.query("select from pg_namespace where nspname = 'keyward'", 'nova')).toEqual([]);
});

it('what the server refuses ends a run at its first attempt', async () => {
  await home.query('create database replica', 'postgres');
  expect(await on('replica', 'db', 'sync')).toMatchObject({ code: 0 });
  await home.query('alter database replica set default_transaction_read_only = on', 'postgres');
  const { code, stdout, stderr } = await on('replica', 'bootstrap', '--bootstrap-password-stdin');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /: plan bootstrap: failed\nError: .* answered 25006: .*read-only transaction\. Nothing was changed\. Name the server/,
  );
});
