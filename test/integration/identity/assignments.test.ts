import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../../src/rules/identity/resource.ts';
import { oneCloudPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { actor, type TestIdentity } from '../../support/cloud/resources.ts';

const ROUNDS = 20;

let server: TestPostgres;
let cloud: TestIdentity;
oneCloudPerFile((opened) => ({ server, cloud } = opened));

const ref = ({ id }: { id: string }) => ({ nameOrId: id });
const nameOf = (error: Error): string => error.name;

describe('roles racing to imply one another', () => {
  const imply = (prior: Resource, implied: Resource): Promise<unknown> =>
    cloud.services.impliedRoles.create(ref(prior), ref(implied), actor).catch(nameOf);

  it.each([2, 4])('never close a circle of %p', async (size) => {
    for (let round = 0; round < ROUNDS; round++) {
      const roles: Resource[] = [];
      for (let at = 0; at < size; at++)
        roles.push(await cloud.create('role', `circle-${size}-${round}-${at}`));
      const ended = await Promise.all(roles.map((role, at) => imply(role, roles[(at + 1) % size]!)));
      expect(ended.filter((outcome) => outcome === 'CyclicImpliedRoles')).toHaveLength(1);
    }
  });
});

describe('grants', () => {
  it('made twice at once are made once, and nobody fails', async () => {
    const role = await cloud.create('role', 'granted');
    for (let round = 0; round < ROUNDS; round++) {
      const user = await cloud.create('user', `granted-${round}`);
      const request = { role: ref(role), user: ref(user), system: true, inherited: false };
      const ended = await Promise.all([1, 2].map(() => cloud.services.grants.add(request, actor)));
      expect(ended.toSorted()).toEqual([false, true]);
    }
  });

  it("of a domain's role stay in its domain, on projects", async () => {
    const [mine, other] = [await cloud.create('domain', 'mine'), await cloud.create('domain', 'other')];
    const role = await cloud.create('role', 'specific', { domain_id: mine.id });
    const user = await cloud.create('user', 'somebody');
    const inside = await cloud.create('project', 'inside', { domain_id: mine.id });
    const outside = await cloud.create('project', 'outside', { domain_id: other.id });
    const common = { role: ref(role), user: ref(user), inherited: false };
    const { grants } = cloud.services;
    await expect(grants.add({ ...common, project: ref(outside) }, actor)).rejects.toMatchObject({
      name: 'DomainSpecificRoleMismatch',
      exitCode: 1,
    });
    expect(await grants.add({ ...common, project: ref(inside) }, actor)).toBe(true);
    expect(await grants.add({ ...common, domain: ref(other) }, actor)).toBe(true);
  });
});

describe('the projects of a user', () => {
  const named: Record<string, string> = {};
  let user: Resource;
  const project = async (name: string, parent?: string, domain = 'default'): Promise<void> => {
    const place = { domain_id: domain, ...(parent && { parent_id: named[parent]! }) };
    named[name] = (await cloud.create('project', name, place)).id;
  };
  const grant = (on: object, inherited = false): Promise<boolean> =>
    cloud.services.grants.add({ role: { nameOrId: 'member' }, user: ref(user), inherited, ...on }, actor);
  const listed = (): Promise<string[]> => cloud.listNames('project', { user: ref(user) });
  /** A group that has a role on something. */
  const group = (name: string, target: string, type = 'GroupProject', inherited = false): Promise<unknown> =>
    server.query(
      cloud.address.database,
      `with made as (insert into "group" (id, domain_id, name) values ($1, 'default', $1) returning id)
       insert into assignment (type, actor_id, target_id, role_id, inherited)
         select $3::type, made.id, $2, (select id from role where name = 'member'), $4 from made`,
      [`group-${name}`, target, type, inherited],
    );

  it("are not those where it has a domain's role that implies nothing", async () => {
    user = await cloud.create('user', 'guest');
    const domain = await cloud.create('domain', 'particular');
    await project('particular', undefined, domain.id);
    const role = await cloud.create('role', 'particular', { domain_id: domain.id });
    await grant({ project: { nameOrId: named['particular']! }, role: ref(role) });
    expect(await listed()).toEqual([]);
    await cloud.services.impliedRoles.create(ref(role), { nameOrId: 'reader' }, actor);
    expect(await listed()).toEqual(['particular']);
  });

  it('are those of its own grants, of its groups, and what inherits', async () => {
    user = await cloud.create('user', 'worker');
    expect(await listed()).toEqual([]);
    await project('own');
    await project('below-own', 'own');
    await project('top');
    await project('middle', 'top');
    await project('leaf', 'middle');
    for (const name of ['joined', 'lent', 'lapsed', 'strange']) await project(name);
    const domain = await cloud.create('domain', 'heirs');
    await project('heir', undefined, domain.id);
    await grant({ project: { nameOrId: named['own']! } });
    await grant({ project: { nameOrId: named['top']! } }, true);
    await grant({ domain: ref(domain) }, true);
    for (const name of ['joined', 'lent', 'lapsed', 'strange']) await group(name, named[name]!);
    const estate = await cloud.create('domain', 'estate');
    await project('estate', undefined, estate.id);
    await project('branch');
    await project('twig', 'branch');
    await group('estate', estate.id, 'GroupDomain', true);
    await group('branch', named['branch']!, 'GroupProject', true);
    await server.query(
      cloud.address.database,
      `insert into user_group_membership (user_id, group_id)
         values ('${user.id}', 'group-joined'), ('${user.id}', 'group-estate'), ('${user.id}', 'group-branch');
       insert into identity_provider (id, enabled, domain_id, authorization_ttl) values ('idp', true, 'default', 60);
       insert into expiring_user_group_membership (user_id, group_id, idp_id, last_verified)
         values ('${user.id}', 'group-lent', 'idp', now() at time zone 'UTC' - interval '50 minutes'),
                ('${user.id}', 'group-lapsed', 'idp', now() at time zone 'UTC' - interval '70 minutes')`,
    );
    expect(await listed()).toEqual(['estate', 'heir', 'joined', 'leaf', 'lent', 'middle', 'own', 'twig']);
  });
});
