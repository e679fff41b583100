import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import type { ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type { Resource } from '../../../src/rules/identity/resource.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { actor, type TestIdentity } from '../../support/cloud/resources.ts';
import { until } from '../../support/home/cli.ts';
import { freshCloudPerTest } from '../../support/cloud/clouds.ts';

let server: TestPostgres;
let cloud: TestIdentity;
let client: Client;

freshCloudPerTest((opened) => ({ server, cloud, client } = opened));

const waiting = async (atLeast: number): Promise<boolean> => {
  const rows = await server.query(
    cloud.address.database,
    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  );
  return rows.length >= atLeast;
};
/** Runs a change while a deletion is under way: after it has asked the rule, it comes by one of these tables. */
async function amidst(deletion: () => Promise<void>, change: () => Promise<unknown>): Promise<unknown> {
  await client.query('begin; lock table trust_role, whitelisted_config in exclusive mode');
  const deleting = deletion();
  await until(() => waiting(1));
  let outcome: string | null = null;
  const changing = change().then(
    () => (outcome = 'done'),
    (error: Error) => (outcome = error.name),
  );
  await until(async () => outcome !== null || waiting(2));
  await client.query('commit');
  await deleting;
  return changing;
}
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
    const values = { default_project_id: project.id, options: { immutable: true } };
    const late = await amidst(
      () => cloud.delete('project', project.id),
      () => (user ? cloud.update('user', user.id, values) : cloud.create('user', 'u', values)),
    );
    expect(late).toBe('NotFound');
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

describe('nothing that is being deleted can be made immutable', () => {
  const lock =
    (kind: ResourceKind, { id }: Resource) =>
    (): Promise<unknown> =>
      cloud.update(kind, id, { options: { immutable: true } });

  it.each(['role', 'user', 'project', 'domain'] as const)('a %s itself', async (kind) => {
    const that = await cloud.create(kind, 'that', { enabled: kind !== 'domain' });
    expect(await amidst(() => cloud.delete(kind, that.id), lock(kind, that))).toBe('NotFound');
  });

  it.each(['role', 'user', 'project'] as const)('a %s in a domain', async (kind) => {
    const domain = await cloud.create('domain', 'd');
    const that = await cloud.create(kind, 'that', { domain_id: domain.id });
    await cloud.update('domain', domain.id, { enabled: false });
    expect(await amidst(() => cloud.delete('domain', domain.id), lock(kind, that))).toBe('NotFound');
  });

  it('a project below another', async () => {
    const top = await cloud.create('project', 'top');
    const leaf = await cloud.create('project', 'leaf', { parent_id: top.id });
    const removal = (): Promise<void> => cloud.delete('project', top.id, { withSubtree: true });
    expect(await amidst(removal, lock('project', leaf))).toBe('NotFound');
  });

  it('nor be made in a domain that is', async () => {
    const domain = await cloud.create('domain', 'd', { enabled: false });
    const removal = (): Promise<void> => cloud.delete('domain', domain.id);
    expect(await amidst(removal, () => cloud.create('user', 'late', { domain_id: domain.id }))).toBe(
      'NotFound',
    );
  });

  it('what loses something by it can, but only as it is then', async () => {
    const [prior, implied] = [await cloud.create('role', 'prior'), await cloud.create('role', 'implied')];
    const project = await cloud.create('project', 'p');
    const user = await cloud.create('user', 'u', { default_project_id: project.id });
    await cloud.services.impliedRoles.create({ nameOrId: prior.id }, { nameOrId: implied.id }, actor);
    expect(await amidst(() => cloud.delete('role', implied.id), lock('role', prior))).toBe('done');
    expect(await amidst(() => cloud.delete('project', project.id), lock('user', user))).toBe('done');
    const { rows } = await client.query(
      "select resource_name, action from keyward.audit where resource_name in ('prior implies implied', 'u') or resource_name = 'prior' order by id desc limit 4",
    );
    expect(rows).toEqual([
      { resource_name: 'u', action: 'update' },
      { resource_name: 'u', action: 'update' },
      { resource_name: 'prior', action: 'update' },
      { resource_name: 'prior implies implied', action: 'delete' },
    ]);
    const { rows: before } = await client.query(
      "select before->'default_project_id' as was, after->'options' as is from keyward.audit where resource_name = 'u' order by id desc limit 1",
    );
    expect(before).toEqual([{ was: null, is: { immutable: true } }]);
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
  const { grants, impliedRoles } = cloud.services;
  const ref = ({ id }: { id: string }) => ({ nameOrId: id });
  await impliedRoles.create(ref(prior), ref(implied), actor);
  await grants.add({ role: ref(implied), user: ref(user), project: ref(project), inherited: false }, actor);
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
  await until(() => waiting(1));
  await client.query('commit');
  await deleting;
});
