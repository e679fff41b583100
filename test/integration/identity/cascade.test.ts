import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { type Owners, type Planted, plantRows, rowsAsText } from '../../support/cloud/plant.ts';
import { freshCloudPerTest } from '../../support/cloud/clouds.ts';
import type { TestIdentity } from '../../support/cloud/resources.ts';

let cloud: TestIdentity;
let client: Client;

freshCloudPerTest((opened) => ({ cloud, client } = opened));

/** One of each kind in a domain. */
async function populate(domain: string, suffix: string): Promise<Owners> {
  const place = { domain_id: domain };
  const group = `group-${suffix}`;
  await client.query('insert into "group" (id, domain_id, name) values ($1, $2, $1)', [group, domain]);
  return {
    user: (await cloud.create('user', `user-${suffix}`, { ...place, password: 'cascade-Pw-1' })).id,
    project: (await cloud.create('project', `project-${suffix}`, { ...place, tags: ['t'] })).id,
    role: (await cloud.create('role', `role-${suffix}`, { ...place, options: { immutable: false } })).id,
    group,
    domain,
  };
}

const newDomain = async (name: string): Promise<string> =>
  (await cloud.create('domain', name, { enabled: true })).id;

/** Everything that names none of these ids; passwords name only a local user's number. */
const without = (rows: string[], ids: string[]): string[] =>
  rows.filter((row) => !row.startsWith('password ') && !ids.some((id) => row.includes(id)));
/** Columns of which no row is there that names the owner: what is not planted can't be found missing. */
const notPlanted = (planted: Planted[], rows: string[], owners: Owners): string[] =>
  planted
    .filter(
      ({ table, kind }) => !rows.some((row) => row.startsWith(`${table} `) && row.includes(owners[kind])),
    )
    .map(({ table, column, kind }) => `${table}.${column} of a ${kind}`);
const countPasswords = async (): Promise<number> =>
  (await client.query('select from password join local_user l on l.id = local_user_id')).rowCount!;

describe('deleting leaves no row that belongs to what is gone, in any table of the schema', () => {
  it.each(['user', 'project', 'role'] as const)('a %s', async (kind) => {
    const bystanders = await populate(await newDomain('other'), 'other');
    const owners = await populate(bystanders.domain, 'mine');
    await plantRows(client, bystanders, ['user', 'project', 'role', 'group', 'domain']);
    const planted = await plantRows(client, { ...bystanders, [kind]: owners[kind] }, [kind]);
    const before = await rowsAsText(client);
    expect(notPlanted(planted, before, owners)).toEqual([]);
    await cloud.delete(kind, owners[kind]);
    const after = await rowsAsText(client);
    expect(after.filter((row) => row.includes(owners[kind]))).toEqual([]);
    const kept = without(before, [owners[kind]]);
    expect(kept.filter((row) => !after.includes(row))).toEqual([]);
  });

  it('a domain, with the users, projects, roles and groups in it', async () => {
    const bystanders = await populate(await newDomain('other'), 'other');
    const owners = await populate(await newDomain('mine'), 'mine');
    await plantRows(client, bystanders, ['user', 'project', 'role', 'group', 'domain']);
    const planted = await plantRows(client, owners, ['user', 'project', 'role', 'group', 'domain']);
    expect(planted.length).toBeGreaterThan(40);
    const before = await rowsAsText(client);
    expect(notPlanted(planted, before, owners)).toEqual([]);
    await cloud.update('domain', owners.domain, { enabled: false });
    await cloud.delete('domain', owners.domain);
    const after = await rowsAsText(client);
    const ids = Object.values(owners);
    expect(after.filter((row) => ids.some((id) => row.includes(id)))).toEqual([]);
    expect(without(before, ids).filter((row) => !after.includes(row))).toEqual([]);
    // admin's and the bystander's
    expect(await countPasswords()).toBe(2);
  });
});

describe('a cascade is whole or does not happen', () => {
  const DOMAIN = 'tree';
  let domain: string;
  beforeEach(async () => {
    domain = await newDomain(DOMAIN);
    const top = await cloud.create('project', 'top', { domain_id: domain });
    const middle = await cloud.create('project', 'middle', { domain_id: domain, parent_id: top.id });
    await cloud.create('project', 'leaf', { domain_id: domain, parent_id: middle.id });
    await cloud.create('user', 'tree-user', { domain_id: domain });
    await cloud.create('role', 'tree-role', { domain_id: domain });
  });

  it.each([
    ['project', 'leaf'],
    ['project', 'top'],
    ['user', 'tree-user'],
    ['role', 'tree-role'],
  ] as const)('an immutable %s %s in a domain keeps all of it', async (kind, name) => {
    const { id } = await cloud.update(kind, name, { options: { immutable: true } });
    await cloud.update('domain', domain, { enabled: false });
    const before = await rowsAsText(client);
    await expect(cloud.delete('domain', domain)).rejects.toMatchObject({
      name: 'ResourceDeleteForbidden',
      message: expect.stringContaining(`${kind} ${name} (${id}; immutable, since`),
    });
    expect(await rowsAsText(client)).toEqual(before);
  });

  it('names each of several', async () => {
    for (const [kind, name] of [
      ['project', 'leaf'],
      ['user', 'tree-user'],
      ['role', 'tree-role'],
    ] as const)
      await cloud.update(kind, name, { options: { immutable: true } });
    await cloud.update('domain', domain, { enabled: false });
    await expect(cloud.delete('domain', domain)).rejects.toMatchObject({
      message: expect.stringMatching(/leaf.*tree-user.*tree-role/),
    });
  });

  it('an enabled domain is not deleted', async () => {
    await expect(cloud.delete('domain', domain)).rejects.toMatchObject({ name: 'DomainEnabled' });
  });

  it('a project with others below it needs the word for it', async () => {
    await expect(cloud.delete('project', 'top')).rejects.toMatchObject({ name: 'ProjectNotLeaf' });
    await cloud.update('project', 'leaf', { options: { immutable: true } });
    await expect(cloud.delete('project', 'top', { withSubtree: true })).rejects.toMatchObject({
      message: expect.stringContaining('project leaf'),
    });
    await cloud.update('project', 'leaf', { options: { immutable: false } });
    await cloud.delete('project', 'top', { withSubtree: true });
    await expect(cloud.get('project', 'leaf')).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('an immutable user keeps its default project, wherever the user is', async () => {
    const { id } = await cloud.get('project', 'leaf');
    const user = await cloud.create('user', 'elsewhere', {
      default_project_id: id,
      options: { immutable: true },
    });
    await expect(cloud.delete('project', id)).rejects.toMatchObject({
      message: expect.stringContaining('user elsewhere'),
    });
    await cloud.update('user', user.id, { options: { immutable: null } });
    await cloud.delete('project', id);
    expect(await cloud.get('user', user.id)).toMatchObject({ default_project_id: null });
  });

  it('a role that an immutable one implies is not deleted, nor is the link between them', async () => {
    const { services } = cloud;
    const actor = { requestId: 'r', operation: 't', requester: { user: 'o', sudoUser: null, host: 'h' } };
    await cloud.create('role', 'prior');
    await cloud.create('role', 'implied');
    await services.impliedRoles.create({ nameOrId: 'prior' }, { nameOrId: 'implied' }, actor);
    await cloud.update('role', 'prior', { options: { immutable: true } });
    await expect(cloud.delete('role', 'implied')).rejects.toMatchObject({
      message: expect.stringContaining('role prior'),
    });
    await expect(
      services.impliedRoles.delete({ nameOrId: 'prior' }, { nameOrId: 'implied' }, actor),
    ).rejects.toMatchObject({ name: 'ResourceUpdateForbidden' });
    await expect(
      services.impliedRoles.create({ nameOrId: 'prior' }, { nameOrId: 'tree-role' }, actor),
    ).rejects.toMatchObject({ exitCode: 1 });
    await expect(
      services.impliedRoles.delete({ nameOrId: 'admin' }, { nameOrId: 'manager' }, actor),
    ).rejects.toMatchObject({ name: 'ResourceUpdateForbidden' });
    await cloud.update('role', 'prior', { options: { immutable: false } });
    await cloud.delete('role', 'implied');
  });

  it('writes an audit row for each that is gone, with what it was, and revokes tokens', async () => {
    await cloud.update('domain', domain, { enabled: false });
    await cloud.delete('domain', domain);
    const { rows } = await client.query(
      `select resource_type || ' ' || (before->>'name') as gone from keyward.audit
       where action = 'delete' and after is null order by 1`,
    );
    expect(rows.map(({ gone }) => gone)).toEqual([
      'domain tree',
      'project leaf',
      'project middle',
      'project top',
      'role tree-role',
      'user tree-user',
    ]);
    const events = await client.query(
      'select count(user_id)::int as users, count(project_id)::int as projects from revocation_event',
    );
    expect(events.rows).toEqual([{ users: 1, projects: 4 }]);
  });
});
