import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resourceKinds, type Resource, type ResourceKind } from '../../../src/rules/resource.ts';
import { TestPostgres } from '../../support/postgres.ts';
import { TestIdentity } from '../../support/resources.ts';

/** `npm run stress` asks for more. */
const [WAYS, ROUNDS] = process.env['KEYWARD_STRESS'] ? [64, 1000] : [16, 100];

let server: TestPostgres;
let cloud: TestIdentity;
beforeAll(async () => {
  server = await TestPostgres.start();
  cloud = await TestIdentity.open(server);
});
afterAll(async () => {
  await cloud.close();
  await server.stop();
});

/** What a refusal may be; anything else is a failure of the product. */
const EXPECTED = new Set([
  'ResourceUpdateForbidden',
  'ResourceDeleteForbidden',
  'NotFound',
  'Conflict',
  'ParentDisabled',
]);
type Ended<T> = { done: T } | { refused: string };
const ended = <T>(work: Promise<T>): Promise<Ended<T>> =>
  work.then(
    (done) => ({ done }),
    (error: Error) => {
      if (!EXPECTED.has(error.name)) throw error;
      return { refused: error.name };
    },
  );
const find = (kind: ResourceKind, id: string): Promise<Resource | null> =>
  cloud.get(kind, id).catch((error: Error) => {
    if (error.name !== 'NotFound') throw error;
    return null;
  });

describe(`${WAYS} at once, ${ROUNDS} rounds`, () => {
  it('a resource that has been made immutable is neither changed nor deleted', async () => {
    const seen = { kept: 0, gone: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const kind = resourceKinds[round % resourceKinds.length]!;
      const { id } = await cloud.create(kind, `r${round}`, { enabled: kind !== 'domain' });
      const others = Array.from({ length: WAYS - 1 }, (_, way) =>
        way % 3 === round % 3
          ? () => ended(cloud.delete(kind, id))
          : () => ended(cloud.update(kind, id, { name: `r${round}-${way}`, description: `${way}` })),
      );
      const lock = (): Promise<Ended<Resource>> =>
        ended(cloud.update(kind, id, { options: { immutable: true } }));
      // A few rounds are no race, so that both ends are seen for certain.
      if (round % 10 === 0) await cloud.delete(kind, id);
      const locking = round % 10 === 1 ? [await lock()] : [];
      const at = locking.length > 0 ? 0 : round % others.length;
      const starts = locking.length > 0 ? others : [...others.slice(0, at), lock, ...others.slice(at)];
      const all = [...locking, ...(await Promise.all(starts.map((start) => start())))];
      const locked = all[at] as Ended<Resource>;
      const final = await find(kind, id);
      if ('done' in locked) {
        seen.kept += 1;
        expect(final).toEqual(locked.done);
      } else {
        seen.gone += 1;
        expect(locked.refused).toBe('NotFound');
        expect(final).toBeNull();
      }
    }
    expect(Math.min(seen.kept, seen.gone)).toBeGreaterThan(0);
  });

  it('a domain goes with everything in it, or stays with everything in it', async () => {
    const seen = { kept: 0, gone: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const domain = await cloud.create('domain', `d${round}`);
      const place = { domain_id: domain.id };
      const top = await cloud.create('project', 'top', place);
      const leaf = await cloud.create('project', 'leaf', { ...place, parent_id: top.id });
      const user = await cloud.create('user', `u${round}`, place);
      const role = await cloud.create('role', `r${round}`, place);
      const [kind, member] = [
        ['project', leaf],
        ['user', user],
        ['role', role],
      ][round % 3] as [ResourceKind, Resource];
      await cloud.update('domain', domain.id, { enabled: false });
      const ways = Array.from({ length: WAYS }, (_, way) => {
        if (way % 4 === 0) return () => ended(cloud.delete('domain', domain.id));
        // Every fourth round has no flag to stop it, and every fourth has it from the start.
        if (round % 4 !== 0 && way % 4 === 1)
          return () => ended(cloud.update(kind, member.id, { options: { immutable: true } }));
        if (way % 4 === 2) return () => ended(cloud.create('user', `late-${round}-${way}`, place));
        return () => ended(cloud.create('role', `late-${round}-${way}`, place));
      });
      if (round % 4 === 1) await cloud.update(kind, member.id, { options: { immutable: true } });
      const turned = [...ways.slice(round % WAYS), ...ways.slice(0, round % WAYS)];
      await Promise.all(turned.map((start) => start()));
      const left = await server.query<{ rows: number }>(
        cloud.address.database,
        `select (select count(*) from project where domain_id = $1) + (select count(*) from "user" where domain_id = $1)
           + (select count(*) from role where domain_id = $1) as rows`,
        [domain.id],
      );
      if ((await find('domain', domain.id)) === null) {
        seen.gone += 1;
        expect(Number(left[0]!.rows)).toBe(0);
      } else {
        seen.kept += 1;
        expect(Number(left[0]!.rows)).toBeGreaterThanOrEqual(4);
        expect((await cloud.get(kind, member.id)).options).toEqual({ immutable: true });
      }
    }
    expect(seen.kept).toBeGreaterThan(0);
    expect(seen.gone).toBeGreaterThan(0);
  });
});
