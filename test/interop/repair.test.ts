import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestCloud } from '../support/cloud/test-cloud.ts';

const DATABASE = 'damaged';
const cloud = new TestCloud();
const damage = (sql: string) => cloud.home.query(sql, DATABASE);
const idOf = (role: string): string => `(select id from role where name = '${role}')`;

type Change = { Action: string; Resource: string };
const said = ({ Action, Resource }: Change): string => `${Action} ${Resource}`;

beforeAll(async () => {
  await cloud.open(DATABASE);
  expect(await cloud.keyward(DATABASE, 'db', 'sync')).toMatchObject({ code: 0 });
  expect(await cloud.bootstrap(DATABASE)).toMatchObject({ code: 0 });
});
afterAll(() => cloud.close());

async function expectAllGreen(): Promise<void> {
  expect(await cloud.check()).toEqual({ code: 0, remedies: [] });
  expect(await cloud.keystone.status()).toMatchObject({ code: 0 });
}

/** Columns: the exit code of the check, the one of keystone-status, and what the remedy changes. */
describe('what a check sees is mended by its remedy, run as it is printed', () => {
  it.each<[string, string, number, number, string[]]>([
    ['a mutable reader', `delete from role_option where role_id = ${idOf('reader')}`, 2, 2, ['update role']],
    [
      'a mutable manager, which upstream does not look at',
      `delete from role_option where role_id = ${idOf('manager')}`,
      1,
      0,
      ['update role'],
    ],
    [
      'IMMU = false',
      `update role_option set option_value = 'false' where role_id = ${idOf('member')}`,
      2,
      2,
      ['update role'],
    ],
    [
      'an option that is no JSON, on which upstream crashes',
      `update role_option set option_value = 'True' where role_id = ${idOf('admin')}`,
      2,
      255,
      ['make immutable role'],
    ],
    [
      'a deleted reader',
      "delete from role where name = 'reader'",
      2,
      0,
      ['create immutable role', 'create implied role'],
    ],
    [
      'a deleted member',
      "delete from role where name = 'member'",
      2,
      0,
      ['create immutable role', 'create implied role', 'create implied role'],
    ],
    [
      'a deleted admin, grants included',
      `delete from assignment; delete from system_assignment; delete from role where name = 'admin'`,
      2,
      0,
      [
        'create immutable role',
        'create implied role',
        'grant role', // on the project
        'grant role', // on the system
      ],
    ],
  ])('%s', async (_, sql, code, upstream, changes) => {
    await damage(sql);
    expect((await cloud.keystone.status()).code).toBe(upstream);
    const { remedies, ...found } = await cloud.check();
    expect({ ...found, remedies: remedies.length }).toEqual({ code, remedies: 1 });
    await damage('truncate keyward.audit');
    expect(await cloud.follow(remedies[0]!)).toMatchObject({ code: 0 });
    const audited = "select action || ' ' || resource_type as said from keyward.audit order by id";
    const rows = await cloud.home.query<{ said: string }>(audited, DATABASE);
    expect(rows.map((row) => row.said)).toEqual(changes);
    await expectAllGreen();
  });

  it('nothing but an empty database', async () => {
    await cloud.home.query('create database nothing', 'postgres');
    cloud.keystone.use(cloud.home.urlOf('nothing'));
    for (const remedy of [/^keyward db sync --config-file /, /^keyward bootstrap --config-file /]) {
      const { remedies } = await cloud.check();
      expect(remedies).toEqual([expect.stringMatching(remedy)]);
      expect(await cloud.follow(remedies[0]!)).toMatchObject({ code: 0 });
    }
    await expectAllGreen();
    cloud.keystone.use(cloud.home.urlOf(DATABASE));
  });
});

describe('what no check sees is mended by a repeated bootstrap', () => {
  it.each<[string, string, string[]]>([
    ['a disabled admin', 'update "user" set enabled = false', ['enable user']],
    [
      'a stale endpoint',
      "update endpoint set url = 'http://old' where interface = 'public'",
      ['update endpoint'],
    ],
    [
      'an endpoint in no region',
      "update endpoint set region_id = null where interface = 'public'",
      ['create endpoint'],
    ],
    ['a missing grant on the project', 'delete from assignment', ['grant role']],
    ['a missing grant on the system', 'delete from system_assignment', ['grant role']],
    [
      'a missing implied role',
      `delete from implied_role where prior_role_id = ${idOf('admin')}`,
      ['create implied role'],
    ],
    [
      'the roles of Keystone 21: no manager, no service, and admin implies member',
      `delete from role where name in ('manager', 'service');
       insert into implied_role values (${idOf('admin')}, ${idOf('member')})`,
      [
        'create immutable role',
        'create immutable role',
        'create implied role',
        'create implied role',
        'delete implied role',
      ],
    ],
  ])('%s', async (_, sql, changes) => {
    await damage(sql);
    expect(await cloud.check()).toMatchObject({ code: 0 });
    const { code, stdout } = await cloud.bootstrap(DATABASE);
    expect({ code, changes: (JSON.parse(stdout) as Change[]).map(said) }).toEqual({ code: 0, changes });
    await expectAllGreen();
  });
});

it('and after all of it keystone-manage bootstrap finds nothing to do', async () => {
  const before = await cloud.everyRow(DATABASE);
  expect(await cloud.manageBootstrap()).toMatchObject({ code: 0 });
  expect(await cloud.everyRow(DATABASE)).toBe(before);
});
