import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { TestPostgres } from '../../support/postgres.ts';
import { actor, TestIdentity } from '../../support/resources.ts';
import { until } from '../../support/cli.ts';

let server: TestPostgres;
let cloud: TestIdentity;
let client: Client;

beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  cloud = await TestIdentity.open(server);
  client = await server.connect(cloud.address.database);
});
afterEach(async () => {
  await client.end();
  await cloud.close();
});

const waitsForLock = async (): Promise<boolean> => {
  const rows = await server.query(
    cloud.address.database,
    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  return rows.length > 0;
};
const audited = async (): Promise<string[]> => {
  const { rows } = await client.query(
    "select action || ' ' || resource_type || ' ' || resource_name as told from keyward.audit where operation = 'test' order by id",
  );
  return rows.map(({ told }) => told as string);
};

describe('a project that goes away', () => {
  it.each(['set', 'create'])("is nobody's default any more, also of a user %s meanwhile", async (verb) => {
    const project = await cloud.create('project', 'p');
    const user = verb === 'set' ? await cloud.create('user', 'u') : null;
    // Deleting a project comes by here after it has looked for users, and before it changes them.
    await client.query('begin; lock table trust_role in exclusive mode');
    const deleting = cloud.delete('project', project.id);
    await until(waitsForLock);
    const values = { default_project_id: project.id, options: { immutable: true } };
    const late = user ? cloud.update('user', user.id, values) : cloud.create('user', 'u', values);
    const outcome = expect(late).rejects.toMatchObject({ name: 'NotFound' });
    await client.query('commit');
    await deleting;
    await outcome;
    const { rows } = await client.query('select from "user" where default_project_id is not null');
    expect(rows).toEqual([]);
  });

  it('is audited for each user that loses its default', async () => {
    const project = await cloud.create('project', 'p');
    await cloud.create('user', 'u', { default_project_id: project.id });
    await cloud.delete('project', project.id);
    expect((await audited()).slice(-2)).toEqual(['delete project p', 'update user u']);
  });
});

describe('a domain with an identity provider', () => {
  let domain: string;
  beforeEach(async () => {
    domain = (await cloud.create('domain', 'idp-domain', { enabled: false })).id;
    await client.query(
      `insert into identity_provider (id, enabled, domain_id) values ('idp', true, '${domain}');
       insert into federation_protocol (id, idp_id, mapping_id) values ('saml', 'idp', 'm')`,
    );
  });
  const federate = (id: string): Promise<unknown> =>
    client.query(
      `insert into federated_user (user_id, idp_id, protocol_id, unique_id, display_name) values ($1, 'idp', 'saml', $1, 'fed')`,
      [id],
    );
  const federatedOnly = async (): Promise<string> => {
    const { id } = await cloud.create('user', 'elsewhere');
    await federate(id);
    await client.query('delete from local_user where user_id = $1', [id]);
    return id;
  };

  it('keeps all of it where an immutable user of another domain logs in through it', async () => {
    const { id } = await cloud.create('user', 'elsewhere', { options: { immutable: true } });
    await federate(id);
    await expect(cloud.delete('domain', domain)).rejects.toMatchObject({
      name: 'ResourceDeleteForbidden',
      message: expect.stringContaining('user elsewhere'),
    });
    await cloud.update('user', id, { options: { immutable: false } });
    await cloud.delete('domain', domain);
    expect(await cloud.get('user', id)).toMatchObject({ name: 'elsewhere' });
    expect((await audited()).at(-1)).toBe('update user elsewhere');
  });

  it('takes users along that could log in nowhere else, as Keystone does, unless one is immutable', async () => {
    const id = await federatedOnly();
    await cloud.update('user', id, { options: { immutable: true } });
    await expect(cloud.delete('domain', domain)).rejects.toMatchObject({ name: 'ResourceDeleteForbidden' });
    await cloud.update('user', id, { options: { immutable: null } });
    await cloud.delete('domain', domain);
    await expect(cloud.get('user', id)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it("such a user's name and password are not set here", async () => {
    const id = await federatedOnly();
    for (const patch of [{ name: 'other' }, { password: 'other-Pw-1' }])
      await expect(cloud.update('user', id, patch)).rejects.toMatchObject({
        name: 'NoLocalLogin',
        exitCode: 1,
      });
    expect(await cloud.update('user', 'fed', { enabled: false })).toMatchObject({ id, name: 'fed' });
  });
});

it('a role that goes away is audited for each that implied it, and takes application credentials', async () => {
  const [prior, implied] = [await cloud.create('role', 'prior'), await cloud.create('role', 'implied')];
  const [user, project] = [await cloud.create('user', 'u'), await cloud.create('project', 'p')];
  const { assignments } = cloud.services;
  const ref = ({ id }: { id: string }) => ({ nameOrId: id });
  await assignments.imply(ref(prior), ref(implied), actor);
  await assignments.add(
    { role: ref(implied), user: ref(user), project: ref(project), inherited: false },
    actor,
  );
  await client.query(
    "insert into application_credential (id, name, secret_hash, user_id, project_id) values ('mine', 'n', 'x', $1, $2), ('others', 'm', 'x', $1, 'q')",
    [user.id, project.id],
  );
  await cloud.delete('role', implied.id);
  expect((await audited()).slice(-2)).toEqual([
    'delete role implied',
    'delete implied role prior implies implied',
  ]);
  const { rows } = await client.query('select id from application_credential');
  expect(rows).toEqual([{ id: 'others' }]);
});

it('a flag that a real Keystone turns over at that moment is seen', async () => {
  const { id } = await cloud.create('role', 'r', { options: { immutable: false } });
  await client.query("begin; update role_option set option_value = 'true' where option_value = 'false'");
  const deleting = expect(cloud.delete('role', id)).rejects.toMatchObject({
    name: 'ResourceDeleteForbidden',
  });
  await until(waitsForLock);
  await client.query('commit');
  await deleting;
});
