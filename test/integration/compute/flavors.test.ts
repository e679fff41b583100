import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../../src/database/database.ts';
import { novaApiSchema } from '../../../src/database/nova-api/schema.ts';
import type { Flavor } from '../../../src/rules/compute/flavor.ts';
import type { NewFlavor } from '../../../src/rules/compute/new-flavor.ts';
import { findFlavor } from '../../../src/services/compute/find-flavor.ts';
import { FlavorService } from '../../../src/services/compute/flavor-service.ts';
import { actor } from '../../support/cloud/cells.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { syncedDatabase } from '../../support/cloud/synced-database.ts';
import { until } from '../../support/home/cli.ts';

let server: TestPostgres;
let database: Database;
let flavors: FlavorService;
beforeAll(async () => {
  server = await TestPostgres.start();
  database = await syncedDatabase(server, novaApiSchema);
  flavors = new FlavorService(database);
});
afterAll(async () => {
  await database?.close();
  await server.stop();
});
beforeEach(() =>
  query('truncate flavors, flavor_projects, flavor_extra_specs, keyward.audit restart identity'),
);

const query = (sql: string, values: unknown[] = []) => server.query(database.address.database, sql, values);
const wanted = (name: string, more: Partial<NewFlavor> = {}): NewFlavor => ({
  flavorid: null,
  name,
  memoryMb: 256,
  vcpus: 1,
  rootGb: 0,
  ephemeralGb: 0,
  swap: 0,
  rxtxFactor: 1,
  isPublic: true,
  projectId: null,
  description: null,
  extraSpecs: {},
  ...more,
});
const create = (name: string, more: Partial<NewFlavor> = {}, by = actor()) =>
  flavors.create(wanted(name, more), by);
type Listing = Parameters<FlavorService['list']>[0];
async function list(filter: Listing): Promise<Flavor[]> {
  const found: Flavor[] = [];
  for await (const page of flavors.list(filter)) found.push(...page);
  return found;
}
const listed = async (filter: Listing): Promise<string[]> => (await list(filter)).map(({ name }) => name);
const countOf = async (table: string): Promise<number> => (await query(`select from ${table}`)).length;

describe('a new flavor', () => {
  it('is a row with its properties, its project and an entry of the audit', async () => {
    const by = actor();
    const made = await create(
      'big',
      {
        flavorid: 'b 1',
        isPublic: false,
        projectId: 'p1',
        description: 'ä',
        extraSpecs: { a: '1', 'b:c': '' },
      },
      by,
    );
    const fresh = `created_at between (now() at time zone 'UTC') - interval '1 minute' and clock_timestamp() at time zone 'UTC'`;
    expect(await query(`select *, ${fresh} as fresh from flavors`)).toEqual([
      {
        id: made.id,
        name: 'big',
        flavorid: 'b 1',
        memory_mb: 256,
        vcpus: 1,
        swap: 0,
        vcpu_weight: null,
        rxtx_factor: 1,
        root_gb: 0,
        ephemeral_gb: 0,
        disabled: false,
        is_public: false,
        description: 'ä',
        created_at: expect.any(Date),
        updated_at: null,
        fresh: true,
      },
    ]);
    expect(
      await query(
        `select flavor_id, key, value, updated_at, ${fresh} as fresh from flavor_extra_specs order by id`,
      ),
    ).toEqual([
      { flavor_id: made.id, key: 'a', value: '1', updated_at: null, fresh: true },
      { flavor_id: made.id, key: 'b:c', value: '', updated_at: null, fresh: true },
    ]);
    expect(await query(`select flavor_id, project_id, ${fresh} as fresh from flavor_projects`)).toEqual([
      { flavor_id: made.id, project_id: 'p1', fresh: true },
    ]);
    expect(
      await query(
        'select request_id, action, resource_type, resource_name, resource_id, before, after from keyward.audit',
      ),
    ).toEqual([
      {
        request_id: by.requestId,
        action: 'create',
        resource_type: 'flavor',
        resource_name: 'big',
        resource_id: 'b 1',
        before: null,
        after: expect.objectContaining({ memoryMb: 256, project: 'p1', extraSpecs: { a: '1', 'b:c': '' } }),
      },
    ]);
  });

  it('without an ID gets a uuid', async () =>
    expect((await create('a')).flavorid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/));

  it.each<[string, [string, Partial<NewFlavor>], string]>([
    ['name', ['a', {}], 'Flavor with name a already exists.'],
    ['ID', ['b', { flavorid: '1' }], 'Flavor with ID 1 already exists.'],
    ['name and ID', ['a', { flavorid: '1' }], 'Flavor with ID 1 already exists.'],
  ])(
    'whose %s is taken is refused in the words of Nova, and nothing is written',
    async (_, [name, more], message) => {
      await create('a', { flavorid: '1' });
      const refused = create(name, { ...more, extraSpecs: { k: 'v' } });
      await expect(refused).rejects.toMatchObject({
        name: 'FlavorExists',
        message,
        outcome: 'unchanged',
        exitCode: 1,
      });
      expect([
        await countOf('flavors'),
        await countOf('flavor_extra_specs'),
        await countOf('keyward.audit'),
      ]).toEqual([1, 0, 1]);
    },
  );

  it('of eight of one name that are made at once is made once', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => create('one')));
    const refusals = attempts.flatMap((attempt) =>
      attempt.status === 'rejected' ? [attempt.reason as Error] : [],
    );
    expect(refusals.map(({ message }) => message)).toEqual(
      Array.from({ length: 7 }, () => 'Flavor with name one already exists.'),
    );
    expect([await countOf('flavors'), await countOf('keyward.audit')]).toEqual([1, 1]);
  });

  it.each([
    ['commits', { made: 1, error: 'Flavor with name slow already exists.' }],
    ['rolls back', { made: 1, error: null }],
  ])('waits for a Nova that is making one of its name, which then %s', async (how, { made, error }) => {
    const nova = await server.connect(database.address.database);
    await nova.query(
      `begin; insert into flavors (name, flavorid, memory_mb, vcpus, swap) values ('slow', 's', 1, 1, 0)`,
    );
    const attempt = create('slow').then(
      () => null,
      ({ message }: Error) => message,
    );
    await until(waits);
    await nova.query(how === 'commits' ? 'commit' : 'rollback');
    await nova.end();
    expect(await attempt).toBe(error);
    expect(await countOf('flavors')).toBe(made);
  });
});

/** Tells whether a session waits for a lock of another one. */
const waits = async (): Promise<boolean> =>
  (
    await query(
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    )
  ).length > 0;

describe('a list', () => {
  beforeEach(async () => {
    await create('c', { flavorid: '3', memoryMb: 1024, rootGb: 10 });
    await create('a', { flavorid: '1', memoryMb: 512, rootGb: 20, extraSpecs: { k: 'v' } });
    await create('b', { flavorid: '2', memoryMb: 2048, rootGb: 0 });
    await create('x', { flavorid: '10', isPublic: false });
  });

  it.each<[string, Listing, string[]]>([
    ['of the public ones is in the order of their IDs', { isPublic: true }, ['a', 'b', 'c']],
    ['of the private ones', { isPublic: false }, ['x']],
    ['of all orders IDs as texts', { isPublic: null }, ['a', 'x', 'b', 'c']],
    ['by memory', { isPublic: true, minRam: 1024 }, ['b', 'c']],
    ['by disk', { isPublic: true, minDisk: 10 }, ['a', 'c']],
    ['by both', { isPublic: true, minDisk: 10, minRam: 1000 }, ['c']],
    ['after a marker', { isPublic: true, marker: '1' }, ['b', 'c']],
    ['after a marker that is not among them', { isPublic: true, marker: '10' }, ['b', 'c']],
    ['after a marker, limited', { isPublic: null, marker: '1', limit: 2 }, ['x', 'b']],
  ])('%s', async (_, filter, names) => expect(await listed(filter)).toEqual(names));

  it('has the properties of each', async () => {
    const [first, second] = await list({ isPublic: true });
    expect([first!.extraSpecs, second!.extraSpecs]).toEqual([{ k: 'v' }, {}]);
  });

  it.each(['nosuch', 'a'])('after %j, which is no ID, is refused', async (marker) => {
    await expect(listed({ isPublic: null, marker })).rejects.toMatchObject({
      message: `marker [${marker}] not found.`,
    });
  });

  it('goes on over pages, and skips none', async () => {
    await query(`insert into flavors (name, flavorid, memory_mb, vcpus, swap, is_public)
      select 'n' || i, 'n' || i, 1, 1, 0, true from generate_series(1, 2500) i`);
    const names = await listed({ isPublic: null });
    const inOrder = await query('select name from flavors order by flavorid');
    expect(names).toEqual(inOrder.map(({ name }) => name));
    expect(names).toHaveLength(2504);
  });
});

describe('a flavor', () => {
  it('is found by its ID before one whose name is that', async () => {
    await create('1', { flavorid: 'a' });
    await create('a', { flavorid: '2' });
    const found = (named: string) => database.read((em) => findFlavor(em, named));
    expect([(await found('1')).flavorid, (await found('a')).name]).toEqual(['a', '1']);
  });

  it.each([
    ['m1.tny', /^Did you mean m1\.tiny\? `keyward flavor list --all`/],
    ['nothing like it', /^`keyward flavor list --all`/],
  ])('named %j is not found, and the closest is named', async (named, cure) => {
    await create('m1.tiny');
    await expect(flavors.show(named)).rejects.toMatchObject({
      name: 'FlavorNotFound',
      message: `No Flavor found for ${named}.`,
      cure: expect.stringMatching(cure),
    });
  });

  it.each([
    ['public', {}, null],
    ['private', { isPublic: false }, []],
    ['private with a project', { isPublic: false, projectId: 'p' }, ['p']],
  ])('that is %s tells who may use it', async (_, more, projects) => {
    await create('a', more);
    expect(await flavors.show('a')).toMatchObject({ flavor: { name: 'a' }, projects });
  });
});

describe('a deletion', () => {
  it('takes properties and projects along, of this one only', async () => {
    const more = { isPublic: false, projectId: 'p', extraSpecs: { k: 'v' } };
    await create('a', more);
    const left = await create('b', more);
    await flavors.delete('a', actor());
    for (const table of ['flavor_extra_specs', 'flavor_projects'])
      expect(await query(`select flavor_id from ${table}`)).toEqual([{ flavor_id: left.id }]);
    expect((await flavors.show('b')).flavor.extraSpecs).toEqual({ k: 'v' });
    expect(
      await query("select resource_name, before is null as none from keyward.audit where action = 'delete'"),
    ).toEqual([{ resource_name: 'a', none: false }]);
  });

  it('of one that is gone is refused, also where two delete it at once', async () => {
    await create('a');
    const attempts = await Promise.allSettled([flavors.delete('a', actor()), flavors.delete('a', actor())]);
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(attempts.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'FlavorNotFound', outcome: 'unchanged' },
    });
    expect(await query("select from keyward.audit where action = 'delete'")).toHaveLength(1);
  });

  it('takes along a property that a Nova is adding meanwhile', async () => {
    const { id } = await create('a');
    const nova = await server.connect(database.address.database);
    await nova.query(
      `begin; insert into flavor_extra_specs (flavor_id, key, value) values (${id}, 'k', 'v')`,
    );
    const deletion = flavors.delete('a', actor());
    await until(waits);
    await nova.query('commit');
    await nova.end();
    await deletion;
    expect([await countOf('flavors'), await countOf('flavor_extra_specs')]).toEqual([0, 0]);
  });
});
