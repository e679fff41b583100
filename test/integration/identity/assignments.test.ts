import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../../src/rules/resource.ts';
import { oneCloudPerFile } from '../../support/clouds.ts';
import { actor, type TestIdentity } from '../../support/resources.ts';

const ROUNDS = 20;

let cloud: TestIdentity;
oneCloudPerFile((opened) => ({ cloud } = opened));

const ref = ({ id }: { id: string }) => ({ nameOrId: id });
const nameOf = (error: Error): string => error.name;

describe('roles racing to imply one another', () => {
  const imply = (prior: Resource, implied: Resource): Promise<unknown> =>
    cloud.services.assignments.imply(ref(prior), ref(implied), actor).catch(nameOf);

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
      const ended = await Promise.all([1, 2].map(() => cloud.services.assignments.add(request, actor)));
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
    const { assignments } = cloud.services;
    await expect(assignments.add({ ...common, project: ref(outside) }, actor)).rejects.toMatchObject({
      name: 'DomainSpecificRoleMismatch',
      exitCode: 1,
    });
    expect(await assignments.add({ ...common, project: ref(inside) }, actor)).toBe(true);
    expect(await assignments.add({ ...common, domain: ref(other) }, actor)).toBe(true);
  });
});
