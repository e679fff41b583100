import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, TestCloud } from '../support/cloud/test-cloud.ts';

const DATABASE = 'cloud';
const STRAY = 'd'.repeat(32);
const cloud = new TestCloud();
const change = (sql: string) => cloud.home.query(sql, DATABASE);

beforeAll(async () => {
  await cloud.open(DATABASE, 'stray');
  for (const database of [DATABASE, 'stray'])
    expect(await cloud.keyward(database, 'db', 'sync')).toMatchObject({ code: 0 });
});
afterAll(() => cloud.close());

/** Gives what the command says, which names the cure. */
async function refusal(database: string): Promise<string> {
  const before = await cloud.everyRow(database);
  const { code, stdout, stderr } = await cloud.bootstrap(database);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(await cloud.everyRow(database)).toBe(before);
  return stderr;
}

const commandIn = (text: string, start: string): string =>
  text.split('`').find((quoted) => quoted.startsWith(start))!;

describe('a cloud with something disabled', () => {
  let url: string;
  const openstack = (command: string) =>
    cloud.keystone.openstack(
      { OS_AUTH_URL: url, OS_PASSWORD: PASSWORD, OS_SYSTEM_SCOPE: 'all' },
      ...command.split(' ').slice(1),
    );
  beforeAll(async () => {
    url = `${await cloud.keystone.serve()}/v3`;
    expect(await cloud.bootstrap(DATABASE, { url })).toMatchObject({ code: 0 });
  });
  afterAll(() => cloud.keystone.stop());
  afterEach(async () => {
    expect(await cloud.bootstrap(DATABASE, { url })).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it('the default domain, which its own admin can not enable, so that the cure is SQL too', async () => {
    await change("update project set enabled = false where id = 'default'");
    const said = await refusal(DATABASE);
    const refused = { code: 1, stderr: expect.stringContaining('HTTP 401') };
    expect(await openstack(commandIn(said, 'openstack '))).toMatchObject(refused);
    await change(commandIn(said, 'update '));
  });

  it('the admin project, which the cure enables', async () => {
    await change("update project set enabled = false where name = 'admin'");
    const said = await refusal(DATABASE);
    expect(await openstack(commandIn(said, 'openstack '))).toMatchObject({ code: 0 });
  });
});

it('a domain named Default under another id, which may be made the default one', async () => {
  await cloud.home.query(
    `insert into project (id, name, extra, description, enabled, domain_id, is_domain)
     values ('${STRAY}', 'Default', '{}', '', true, '<<keystone.domain.root>>', true)`,
    'stray',
  );
  const [, option, value] = /\[identity\] (\w+) = (\w+)/.exec(await refusal('stray'))!;
  cloud.keystone.use(cloud.home.urlOf('stray'), { identity: { [option!]: value! } });
  const args = ['--config-file', cloud.keystone.config];
  expect(await cloud.bootstrap('stray', { args })).toMatchObject({ code: 0 });

  const before = await cloud.everyRow('stray');
  expect(await cloud.manageBootstrap()).toMatchObject({ code: 0 });
  expect(await cloud.everyRow('stray')).toBe(before);
});
