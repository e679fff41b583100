import { describe, expect, it } from '@jest/globals';
import { resourceKinds, type ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type { Resource } from '../../../src/rules/identity/resource.ts';
import { oneCloudPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import type { TestIdentity } from '../../support/cloud/resources.ts';

const TABLE = { role: 'role', user: '"user"', project: 'project', domain: 'project' };
let server: TestPostgres;
let cloud: TestIdentity;
oneCloudPerFile((opened) => ({ server, cloud } = opened));

let made = 0;
async function withExtra(kind: ResourceKind, extra: string | null): Promise<Resource> {
  made += 1;
  const { id } = await cloud.create(kind, `thing${made}`);
  await server.query(cloud.address.database, `update ${TABLE[kind]} set extra = $2 where id = $1`, [
    id,
    extra,
  ]);
  return cloud.get(kind, id);
}
const stored = async (kind: ResourceKind, id: string): Promise<string> => {
  const [row] = await server.query<{ extra: string }>(
    cloud.address.database,
    `select extra from ${TABLE[kind]} where id = $1`,
    [id],
  );
  return row!.extra;
};
/** A user's description is in `extra`; it has a column of its own elsewhere. */
const ofExtra = (kind: ResourceKind) => (kind === 'user' ? { description: 'x' } : { color: 'red' });

describe.each(resourceKinds)('a %s whose extra', (kind) => {
  it.each([['a text'], ['{"a": 1'], ['[1, 2]'], ['"text"'], ['7'], ['{"a": NaN}']])(
    'is %j is shown as it is, and refuses what would be written there',
    async (extra) => {
      const { id, ...shown } = await withExtra(kind, extra);
      expect(shown['extra']).toBe(extra);
      expect(Object.keys(shown).filter((key) => /^\d/.test(key))).toEqual([]);
      await expect(cloud.update(kind, id, ofExtra(kind))).rejects.toMatchObject({
        name: 'ExtraUnreadable',
        exitCode: 1,
        outcome: 'unchanged',
        message: expect.stringContaining(Object.keys(ofExtra(kind))[0]!),
      });
      expect(await stored(kind, id)).toBe(extra);
      const name = `${extra}-${kind}`;
      expect(await cloud.update(kind, id, { name })).toMatchObject({ name, extra });
      expect(await cloud.listNames(kind, {})).toContain(name);
    },
  );

  it('can be mended as the refusal says', async () => {
    const { id } = await withExtra(kind, 'a text');
    const refused = await cloud
      .update(kind, id, ofExtra(kind))
      .catch((error: { cure: string }) => error.cure);
    const [sql] = /update [^`]*/.exec(String(refused))!;
    await server.query(cloud.address.database, sql);
    expect(await cloud.update(kind, id, ofExtra(kind))).toMatchObject(ofExtra(kind));
  });

  it.each([[''], ['null'], ['{}'], [null]])('is %j has no attributes yet, and takes some', async (extra) => {
    const { id, ...shown } = await withExtra(kind, extra);
    expect(shown).not.toHaveProperty('extra');
    expect(await cloud.update(kind, id, ofExtra(kind))).toMatchObject(ofExtra(kind));
    expect(JSON.parse(await stored(kind, id))).toEqual(ofExtra(kind));
  });
});
