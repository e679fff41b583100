import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';

const home = TestHome.clone();
const urlOf = (database: string, user = 'openstack'): string =>
  `postgresql+psycopg2://${user}@/${database}?host=${home.home.runDir}`;
beforeAll(async () => {
  expect(await home.run(['db', 'sync', 'compute'])).toMatchObject({ code: 0 });
  for (const name of ['api_x', 'cell_x', 'cell_x_cell0'])
    await home.query(`create database ${name}`, 'postgres');
});
afterAll(() => home.remove());

it('one database for both services is refused, since each would replace the worker of the other', async () => {
  const env = {
    KEYWARD_KEYSTONE_DATABASE_URL: urlOf('keystone'),
    KEYWARD_NOVA_API_DATABASE_URL: urlOf('keystone'),
  };
  for (const args of [
    ['status', 'upgrade', 'check'],
    ['worker', 'start'],
  ])
    expect(await home.run(args, { env })).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining('One database is named for several services'),
    });
});

it('two commands whose options differ leave each other a worker, and both end', async () => {
  const check = ['status', 'upgrade', 'check', '--suite', 'nova', '-f', 'value', '-c', 'Result'];
  const outcomes = await Promise.all(
    ['true', 'false'].map((value) =>
      home.run(check, { env: { OS_SERVICE_USER__SEND_SERVICE_USER_TOKEN: value } }),
    ),
  );
  for (const { code, stdout } of outcomes) expect([code, stdout.trim().split('\n').length]).toEqual([2, 7]);
});

it('cell0 is not forgotten where nothing says in which database it is', async () => {
  const env = { KEYWARD_NOVA_API_DATABASE_URL: urlOf('api_x') };
  const sync = await home.run(['db', 'sync', 'compute'], { env });
  expect(sync).toMatchObject({ code: 1, stdout: expect.stringContaining('Applied nova-api/') });
  expect(sync.stderr).toContain('cell0 is not mapped, and nothing says where its database is.');
  expect(sync.stderr).not.toContain('Nothing was changed');
  expect(await home.run(['db', 'sync', 'compute', '--check'], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No mapping is there for cell0'),
  });
  const named = { ...env, KEYWARD_NOVA_DATABASE_URL: urlOf('cell_x') };
  expect(await home.run(['db', 'sync', 'compute'], { env: named })).toMatchObject({ code: 0 });
  expect(await home.run(['db', 'sync', 'compute', '--check'], { env })).toMatchObject({ code: 0 });
});

it('what is refused of the mappings does not hide what was made, nor keep the mapped cells from their schemas', async () => {
  await home.query(
    `create role weak login; grant all on schema public to weak; grant create on database api_x to weak;
     grant usage on schema keyward to weak; grant select on all tables in schema public, keyward to weak;
     delete from cell_mappings where name = 'cell0'`,
    'api_x',
  );
  await home.query('drop schema keyward cascade', 'cell_x_cell0');
  await home.query(
    `insert into cell_mappings (uuid, name, transport_url, database_connection, disabled)
     values ('11111111-2222-4333-8444-555555555555', 'x', 'rabbit://', '${urlOf('cell_x_cell0')}', false)`,
    'api_x',
  );
  const env = {
    KEYWARD_NOVA_API_DATABASE_URL: urlOf('api_x', 'weak'),
    KEYWARD_NOVA_DATABASE_URL: urlOf('cell_x'),
  };
  const { code, stdout, stderr } = await home.run(['db', 'sync', 'compute'], { env });
  const files = ['001-audit', '002-host', '003-request', '004-lock'];
  const applied = files.map((file) => `cell x: Applied keyward-cell/${file}.sql.\n`);
  expect([code, stdout]).toEqual([1, applied.join('')]);
  expect(stderr).toMatch(/cells: .*permission denied/);
  expect(stderr).not.toContain('Nothing was changed');
});

it('an embedded PostgreSQL that is suspended is waited for a few seconds, and named', async () => {
  const postmaster = home.pid('postgres');
  process.kill(postmaster, 'SIGSTOP');
  try {
    for (const args of [
      ['cell', 'list'],
      ['db', 'version'],
    ])
      expect(await home.run(args)).toMatchObject({ code: 69, stderr: expect.stringContaining('PostgreSQL') });
  } finally {
    process.kill(postmaster, 'SIGCONT');
  }
});
