import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bootstrapRequest, bootstrapsOf } from '../../support/cloud/bootstrap-request.ts';
import { until } from '../../support/home/cli.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { exactRows } from '../../support/cloud/rows.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

const { apply, plan, bootstrapped } = bootstrapsOf(() => server);

describe('the audit of a repair tells what was there, and what it has become', () => {
  /** The last entry, each side narrowed to what the repair is about. */
  const lastEntry = async (database: string, keys: string[]) => {
    const [row] = await server.query<{ before: object; after: object }>(
      database,
      'select before, after from keyward.audit order by id desc limit 1',
    );
    const narrowed = (side: object) =>
      Object.fromEntries(Object.entries(side).filter(([key]) => keys.includes(key)));
    return { before: narrowed(row!.before), after: narrowed(row!.after) };
  };

  it.each<[string, object]>([
    ["update role_option set option_value = 'false'", { immutable: false }],
    ["update role_option set option_value = 'True'", { immutable: 'True' }],
    ["update role_option set option_value = 'null'", { immutable: null }],
    ['delete from role_option', {}],
  ])('of a mutable role: %s', async (damage, options) => {
    const { database, ...at } = await bootstrapped();
    await server.query(database, damage);
    await apply({ ...at, database }, bootstrapRequest({ roleImmutability: 'immutable' }));
    expect(await lastEntry(database, ['name', 'options'])).toEqual({
      before: { name: 'service', options },
      after: { name: 'service', options: { immutable: true } },
    });
  });

  it.each([['false'], [null]])('of an admin user whose enabled is %s', async (stored) => {
    const { database, ...at } = await bootstrapped();
    await server.query(database, `update "user" set enabled = ${stored}`);
    await apply({ ...at, database }, bootstrapRequest());
    expect(await lastEntry(database, ['name', 'enabled'])).toEqual({
      before: { name: 'admin', enabled: stored === null ? null : false },
      after: { name: 'admin', enabled: true },
    });
  });

  it('and of a password only when each expires', async () => {
    const { database, ...at } = await bootstrapped();
    await server.query(
      database,
      "update password set expires_at = '2001-02-03', expires_at_int = 981158400000000",
    );
    await apply({ ...at, database }, bootstrapRequest());
    expect(await lastEntry(database, ['name', 'password_expires_at'])).toEqual({
      before: { name: 'admin', password_expires_at: '2001-02-03T00:00:00.000000' },
      after: { name: 'admin', password_expires_at: null },
    });
    const everything = JSON.stringify(await server.query(database, 'select * from keyward.audit'));
    expect(everything).not.toContain(bootstrapRequest().password);
    expect(everything).not.toContain('$2b$');
  });
});

describe('a circle of roles', () => {
  const idOf = (name: string): string => `(select id from role where name = '${name}')`;
  const link = (prior: string, implied: string): string =>
    `insert into implied_role values (${idOf(prior)}, ${idOf(implied)});`;
  const unlink = (prior: string): string => `delete from implied_role where prior_role_id = ${idOf(prior)};`;
  const between =
    "insert into role (id, name, extra, domain_id) values ('feed', 'between', '{}', '<<null>>');";

  it.each([
    ['that a missing link would close', unlink('member') + link('reader', 'member'), ['reader', 'member']],
    ['that is there', link('reader', 'admin'), ['reader', 'admin']],
    [
      'through another role',
      `${between} ${unlink('manager')} ${link('reader', 'between')} ${link('between', 'admin')}`,
      ['reader', 'between'],
    ],
  ])('%s is refused by the plan and by the apply, with the command that mends it', async (_, damage, way) => {
    const address = await bootstrapped();
    await server.query(address.database, damage);
    const [prior, implied] = await server.query<{ id: string }>(
      address.database,
      `select id from role where name = any($1) order by name = 'reader' desc`,
      [way],
    );
    const before = await exactRows(server, address.database);
    const refusal = {
      name: 'CyclicImpliedRoles',
      exitCode: 1,
      outcome: 'unchanged',
      message: expect.stringContaining('→ reader →'),
      cure: expect.stringContaining(
        `\`keyward implied role delete ${prior!.id} --implied-role ${implied!.id}\``,
      ),
    };
    for (const attempt of [plan, apply])
      await expect(attempt(address, bootstrapRequest())).rejects.toMatchObject(refusal);
    expect(await exactRows(server, address.database)).toBe(before);
    await server.query(
      address.database,
      `delete from implied_role where prior_role_id = '${prior!.id}' and implied_role_id = '${implied!.id}'`,
    );
    await apply(address, bootstrapRequest());
    expect((await plan(address, bootstrapRequest())).changes).toEqual([]);
  });

  it('is not closed with a link that somebody makes meanwhile', async () => {
    const address = await bootstrapped();
    await server.query(address.database, unlink('member'));
    const other = await server.connect(address.database);
    await other.query("begin; select pg_advisory_xact_lock(hashtext('keyward implied roles'))");
    const applying = apply(address, bootstrapRequest()).catch((error: Error) => error.name);
    const waits = `select from pg_stat_activity
      where datname = current_database() and application_name = 'keyward' and wait_event = 'advisory'`;
    await until(async () => (await server.query(address.database, waits)).length > 0);
    await other.query(`${link('reader', 'member')} commit`);
    await other.end();
    expect(await applying).toBe('CyclicImpliedRoles');
    expect(await server.query(address.database, 'select from implied_role')).toHaveLength(3);
  });
});
