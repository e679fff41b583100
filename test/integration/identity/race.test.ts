import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { resourceKinds, type ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type { Resource } from '../../../src/rules/identity/resource.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { actor, TestIdentity } from '../../support/cloud/resources.ts';

/** `npm run stress` asks for more, and takes most of an hour. */
const isStress = Boolean(process.env['KEYWARD_STRESS']);
const [WAYS, ROUNDS] = isStress ? [64, 1000] : [16, 60];
if (isStress) jest.setTimeout(7_200_000);

const POOL = 8;

let server: TestPostgres;
let cloud: TestIdentity;
let others: TestIdentity[];
beforeAll(async () => {
  server = await TestPostgres.start();
  cloud = await TestIdentity.open(server);
  others = await Promise.all(Array.from({ length: WAYS / POOL }, () => cloud.beside()));
});
afterAll(async () => {
  for (const each of [cloud, ...others]) await each.close();
  await server.stop();
});
/** So that all ways are really under way at once. */
const racer = (way: number): TestIdentity => others[way % others.length]!;

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
      const rivals = Array.from({ length: WAYS - 1 }, (_, way) =>
        way % 3 === round % 3
          ? () => ended(racer(way).delete(kind, id))
          : () => ended(racer(way).update(kind, id, { name: `r${round}-${way}`, description: `${way}` })),
      );
      const lock = (): Promise<Ended<Resource>> =>
        ended(cloud.update(kind, id, { options: { immutable: true } }));
      // A few rounds are no race, so that both ends are seen for certain.
      if (round % 10 === 0) await cloud.delete(kind, id);
      const locking = round % 10 === 1 ? [await lock()] : [];
      const at = locking.length > 0 ? 0 : round % rivals.length;
      const starts = locking.length > 0 ? rivals : [...rivals.slice(0, at), lock, ...rivals.slice(at)];
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
      const raced = await race(round, {
        remove: (by) => by.delete('domain', domain.id),
        lock: (by) => by.update(kind, member.id, { options: { immutable: true } }),
        disturb: (by, way) => by.create(way % 2 ? 'user' : 'role', `late-${round}-${way}`, place),
      });
      const left = await count(
        `select (select count(*) from project where domain_id = $1) + (select count(*) from "user" where domain_id = $1)
           + (select count(*) from role where domain_id = $1) as rows`,
        domain.id,
      );
      const isGone = (await find('domain', domain.id)) === null;
      judge(raced, isGone, seen);
      expect(left).toBe(isGone ? 0 : 4 + raced.disturbed);
      if (!isGone) expect((await cloud.get(kind, member.id)).options).toEqual({ immutable: true });
    }
    expect(Math.min(seen.kept, seen.gone)).toBeGreaterThan(0);
  });

  it('a tree of projects goes with all below it, or stays with all, and is no default any more', async () => {
    const seen = { kept: 0, gone: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const top = await cloud.create('project', `top-${round}`);
      const middle = await cloud.create('project', `middle-${round}`, { parent_id: top.id });
      const leaf = await cloud.create('project', `leaf-${round}`, { parent_id: middle.id });
      const user = await cloud.create('user', `lives-${round}`, { default_project_id: leaf.id });
      const flag = { options: { immutable: true } };
      const raced = await race(round, {
        remove: (by) => by.delete('project', top.id, { withSubtree: true }),
        // An immutable user must not lose its default project either.
        lock: (by) =>
          round % 2
            ? by.update('project', leaf.id, flag)
            : by.update('user', user.id, { ...flag, default_project_id: leaf.id }),
        disturb: (by, way) =>
          way % 2
            ? by.create('project', `late-${round}-${way}`, { parent_id: middle.id })
            : by.create('user', `late-${round}-${way}`, { default_project_id: middle.id }),
      });
      const gone = (await find('project', top.id)) === null;
      judge(raced, gone || (await find('user', user.id))?.['default_project_id'] !== leaf.id, seen);
      const dangling = await count(
        'select count(*) as rows from "user" where default_project_id is not null and default_project_id not in (select id from project)',
      );
      const orphans = await count(
        'select count(*) as rows from project where parent_id is not null and parent_id not in (select id from project)',
      );
      expect([dangling, orphans]).toEqual([0, 0]);
    }
    expect(Math.min(seen.kept, seen.gone)).toBeGreaterThan(0);
  });

  it('a role stays implied by what has been made immutable', async () => {
    const seen = { kept: 0, gone: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const [prior, implied] = [
        await cloud.create('role', `prior-${round}`),
        await cloud.create('role', `implied-${round}`),
      ];
      const pair = [{ nameOrId: prior.id }, { nameOrId: implied.id }, actor] as const;
      await cloud.services.impliedRoles.create(...pair);
      const raced = await race(round, {
        remove: (by) => by.delete('role', implied.id),
        lock: (by) => by.update('role', prior.id, { options: { immutable: true } }),
        disturb: (by, way) =>
          by
            .create('role', `late-${round}-${way}`)
            .then(({ id }) =>
              by.services.impliedRoles.create({ nameOrId: implied.id }, { nameOrId: id }, actor),
            ),
      });
      const links = await count(
        'select count(*) as rows from implied_role where prior_role_id = $1',
        prior.id,
      );
      // Once the role is gone, its prior role may become immutable: so the flag alone tells nothing here.
      judge({ ...raced, locked: raced.locked && links === 1 }, links === 0, seen);
      expect((await find('role', implied.id)) === null).toBe(links === 0);
    }
    expect(Math.min(seen.kept, seen.gone)).toBeGreaterThan(0);
  });
});

type Ways = {
  remove: (by: TestIdentity) => Promise<unknown>;
  lock: (by: TestIdentity) => Promise<unknown>;
  disturb: (by: TestIdentity, way: number) => Promise<unknown>;
};
/** `early`: the flag was set before the race; `locked`: it was set at some time. */
type Raced = { early: boolean; locked: boolean; removed: number; disturbed: number };

/** Every fourth round has no flag to stop it, and every fourth has it from the start. */
async function race(round: number, { remove, lock, disturb }: Ways): Promise<Raced> {
  const early = round % 4 === 1;
  if (early) await lock(cloud);
  const ways = Array.from({ length: WAYS }, (_, way): [keyof Ways, () => Promise<unknown>] => {
    if (way % 4 === 0) return ['remove', () => remove(racer(way))];
    if (round % 4 !== 0 && way % 4 === 1) return ['lock', () => lock(racer(way))];
    return ['disturb', () => disturb(racer(way), way)];
  });
  const turned = [...ways.slice(round % WAYS), ...ways.slice(0, round % WAYS)];
  const all = await Promise.all(
    turned.map(async ([what, start]) => ({ what, isDone: 'done' in (await ended(start())) })),
  );
  const done = (wanted: keyof Ways): number =>
    all.filter(({ what, isDone }) => what === wanted && isDone).length;
  return { early, locked: early || done('lock') > 0, removed: done('remove'), disturbed: done('disturb') };
}

/** Gone means that nothing had locked it, and that exactly one took it away. */
function judge(
  { early, locked, removed }: Raced,
  isGone: boolean,
  seen: { kept: number; gone: number },
): void {
  seen[isGone ? 'gone' : 'kept'] += 1;
  expect(removed).toBe(isGone ? 1 : 0);
  expect(locked).toBe(!isGone);
  if (early) expect(isGone).toBe(false);
}

async function count(sql: string, ...values: string[]): Promise<number> {
  const [row] = await server.query<{ rows: string }>(cloud.address.database, sql, values);
  return Number(row!.rows);
}
