import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import type { IdentityServices } from '../../../src/engine/identity.ts';
import { openIdentity } from '../../../src/engine/identity.ts';
import { asked, bootstrapRequest, runBootstrap } from '../../support/cloud/bootstrap-request.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { exactRows } from '../../support/cloud/rows.ts';

let server: TestPostgres;
let address: DatabaseAddress;
let bootstrap: IdentityServices['bootstrap'];
let close: () => Promise<void>;
beforeAll(async () => {
  server = await TestPostgres.start();
  address = await server.createDatabase();
  ({ bootstrap, close } = await openIdentity(address, { poolSize: 10 }));
  await runBootstrap(bootstrap, bootstrapRequest());
});
afterAll(async () => {
  await close();
  await server.stop();
});

const everything = (): Promise<string> => exactRows(server, address.database);
const stateOf = async (id: string): Promise<unknown> =>
  (await server.query(address.database, 'select state from keyward.request where id = $1', [id]))[0]?.[
    'state'
  ];
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
/** A request with something to change each time: a region of its own. */
let regions = 0;
const somethingNew = () => bootstrapRequest({ regionId: `region-${(regions += 1)}` });
const REFUSED = { name: 'RequestWithdrawn', exitCode: 1, outcome: 'unchanged' };

describe('a request is begun in time, by the clock of the database', () => {
  it.each([
    ['more than an hour old', minutesAgo(61), /valid for 60 minutes/],
    ['of a time to come', minutesAgo(-6), /yet to come/],
  ])('one %s is refused, and not recorded', async (_, askedAt, message) => {
    const request = { ...asked(somethingNew()), askedAt };
    await expect(bootstrap.begin(request)).rejects.toMatchObject({
      name: 'RequestUntimely',
      message: expect.stringMatching(message),
      outcome: 'unchanged',
    });
    expect(await stateOf(request.requestId)).toBeUndefined();
  });

  it.each([59, -4])('one of %d minutes ago is taken', async (minutes) => {
    const request = { ...asked(somethingNew()), askedAt: minutesAgo(minutes) };
    expect((await bootstrap.begin(request)).changes).not.toHaveLength(0);
    expect(await stateOf(request.requestId)).toBe('accepted');
  });

  it('what is recorded is kept for longer than a request is valid, and not for ever', async () => {
    const [old, recent] = [asked(somethingNew()), asked(somethingNew())];
    for (const request of [old, recent]) await bootstrap.begin(request);
    const aged = 'update keyward.request set recorded_at = now() - $1::interval where id = $2';
    await server.query(address.database, aged, ['31 days', old.requestId]);
    await server.query(address.database, aged, ['29 days', recent.requestId]);
    await bootstrap.begin(asked(somethingNew()));
    expect([await stateOf(old.requestId), await stateOf(recent.requestId)]).toEqual([undefined, 'accepted']);
    for (const late of [old, recent]) await expect(bootstrap.apply(late)).rejects.toMatchObject(REFUSED);
  });
});

describe('a request is applied once', () => {
  it('and then only gives its report', async () => {
    const request = asked(somethingNew());
    await bootstrap.begin(request);
    const report = await bootstrap.apply(request);
    expect(report.changes).not.toHaveLength(0);
    const before = await everything();
    expect((await bootstrap.begin(request)).changes).toEqual(report.changes);
    expect(await bootstrap.apply(request)).toEqual(report);
    expect((await bootstrap.settle(request.requestId))?.changes).toEqual(report.changes);
    expect(await everything()).toBe(before);
  });

  it('also where there was nothing to change then, and is now', async () => {
    const request = asked(bootstrapRequest());
    expect((await bootstrap.begin(request)).changes).toEqual([]);
    await runBootstrap(bootstrap, bootstrapRequest({ password: 'another-Pw-2' }));
    const before = await everything();
    expect((await bootstrap.begin(request)).changes).toEqual([]);
    expect((await bootstrap.apply(request)).changes).toEqual([]);
    expect(await everything()).toBe(before);
    await runBootstrap(bootstrap, bootstrapRequest());
  });

  it('and never without having been begun', async () => {
    const before = await everything();
    await expect(bootstrap.apply(somethingNew())).rejects.toMatchObject(REFUSED);
    expect(await everything()).toBe(before);
  });
});

describe('whoever asks what came of a request', () => {
  it('is told of one that is not recorded any more by the audit', async () => {
    const request = asked(somethingNew());
    await bootstrap.begin(request);
    const { changes } = await bootstrap.apply(request);
    await server.query(address.database, 'delete from keyward.request where id = $1', [request.requestId]);
    expect((await bootstrap.settle(request.requestId))?.changes).toEqual(changes);
  });

  it.each([
    ['before it was begun', async () => {}],
    ['after it was begun', (request: ReturnType<typeof asked>) => bootstrap.begin(request)],
  ])('%s withdraws it for good', async (_, first) => {
    const request = asked(somethingNew());
    await first(request);
    expect(await bootstrap.settle(request.requestId)).toBeNull();
    const before = await everything();
    await expect(bootstrap.begin(request)).rejects.toMatchObject(REFUSED);
    await expect(bootstrap.apply(request)).rejects.toMatchObject(REFUSED);
    expect(await bootstrap.settle(request.requestId)).toBeNull();
    expect(await everything()).toBe(before);
  });

  it('while it is applied is told what really happens', async () => {
    const told = [];
    for (let round = 0; round < 10; round += 1) {
      const request = asked(somethingNew());
      await bootstrap.begin(request);
      const [applied, settled] = await Promise.all([
        bootstrap.apply(request).then(
          ({ changes }) => changes.length,
          ({ name }: Error) => name,
        ),
        bootstrap.settle(request.requestId).then((report) => report?.changes.length ?? null),
      ]);
      const regionsMade = await server.query(address.database, 'select from region where id = $1', [
        request.regionId,
      ]);
      told.push([applied, settled, regionsMade.length]);
    }
    for (const each of told)
      expect([
        ['RequestWithdrawn', null, 0],
        [each[0], each[0], 1],
      ]).toContainEqual(each);
  });
});
