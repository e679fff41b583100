import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BootstrapReport } from '../../../src/rules/identity/bootstrap/request.ts';
import { bootstrapRequest, bootstrapsOf, runBootstrap } from '../../support/cloud/bootstrap-request.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { recorded } from '../../support/cloud/recorded.ts';
import { comparableRows, exactRows } from '../../support/cloud/rows.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

const { apply, plan, bootstrapped } = bootstrapsOf(() => server);
const words = ({ changes }: BootstrapReport): string[] =>
  changes.map(({ action, resource, name }) => `${action} ${resource} ${name}`);

describe('a first bootstrap', () => {
  it('writes the rows of keystone-manage bootstrap, column for column, and nothing else', async () => {
    const { database } = await bootstrapped();
    const real = await server.createDatabase({ empty: true });
    await server.query(real.database, recorded('keystone/schema.sql'));
    await server.query(real.database, recorded('keystone/rows-after-bootstrap.sql'));
    expect(await comparableRows(server, database)).toEqual(await comparableRows(server, real.database));
  });

  it('writes ids without dashes and times of the same microsecond twice', async () => {
    const { database } = await bootstrapped();
    const [password] = await server.query<{ same: boolean; fresh: boolean }>(
      database,
      `select created_at = to_timestamp(created_at_int / 1e6) at time zone 'UTC' as same,
              abs(extract(epoch from now() at time zone 'UTC' - created_at)) < 60 as fresh from password`,
    );
    expect(password).toEqual({ same: true, fresh: true });
    expect(await server.query(database, "select id from role where id !~ '^[0-9a-f]{32}$'")).toEqual([]);
  });

  it('audits every change in the same transaction', async () => {
    const request = bootstrapRequest();
    const address = await server.createDatabase();
    const report = await apply(address, request);
    const rows = await server.query(
      address.database,
      'select action, resource_type, resource_name, requester_user from keyward.audit order by id',
    );
    expect(rows).toEqual(
      report.changes.map(({ action, resource, name }) => ({
        action,
        resource_type: resource,
        resource_name: name,
        requester_user: 'operator',
      })),
    );
    expect(rows).toHaveLength(18);
    expect(JSON.stringify(await server.query(address.database, 'select * from keyward.audit'))).not.toContain(
      request.password,
    );
  });

  it('is not seen half done by anyone, while it is held up inside its transaction', async () => {
    const address = await server.createDatabase();
    const blocker = await server.connect(address.database);
    await blocker.query('begin; lock table endpoint in exclusive mode');
    const running = apply(address, bootstrapRequest());
    const waits =
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while ((await server.query(address.database, waits)).length === 0);
    expect(
      await server.query(address.database, 'select id from role union all select user_id from local_user'),
    ).toEqual([]);
    await blocker.query('commit');
    await blocker.end();
    expect((await running).userCreated).toBe(true);
    expect(await server.query(address.database, 'select from role')).toHaveLength(5);
  });
});

describe('a repeat', () => {
  it('with nothing to do plans nothing and writes nothing', async () => {
    const address = await bootstrapped();
    const before = await exactRows(server, address.database);
    expect((await plan(address, bootstrapRequest())).changes).toEqual([]);
    expect((await apply(address, bootstrapRequest())).changes).toEqual([]);
    expect(await exactRows(server, address.database)).toBe(before);
  });

  it.each([
    ['', {}],
    [', its warnings too', { roleImmutability: 'mutable' as const }],
  ])(
    'under the same request id gives the first report%s, since its COMMIT may have been lost',
    async (_, asked) => {
      const request = bootstrapRequest(asked);
      const address = await server.createDatabase();
      const first = await apply(address, request);
      expect(first.warnings).toHaveLength('roleImmutability' in asked ? 5 : 0);
      expect(await apply(address, request)).toEqual(first);
      await server.query(address.database, "update project set enabled = false where id = 'default'");
      expect(await apply(address, request)).toEqual(first);
    },
  );

  it('of 32 at once: one applies, the rest find nothing to change', async () => {
    const address = await server.createDatabase();
    const reports = await server.withServices(address, ({ bootstrap }) =>
      Promise.all(Array.from({ length: 32 }, () => runBootstrap(bootstrap, bootstrapRequest()))),
    );
    expect(reports.filter(({ changes }) => changes.length > 0)).toHaveLength(1);
    expect(await server.query(address.database, 'select from role')).toHaveLength(5);
  });
});

describe('repairs', () => {
  it.each([
    [
      'a missing implied role',
      "delete from implied_role where prior_role_id = (select id from role where name = 'manager')",
      ['create implied role manager implies member'],
    ],
    [
      'a missing grant on the project',
      'delete from assignment',
      ['grant role admin on project admin to user admin'],
    ],
    [
      'a missing grant on the system',
      'delete from system_assignment',
      ['grant role admin on system to user admin'],
    ],
    ['a disabled admin user', 'update "user" set enabled = false', ['enable user admin']],
    [
      'a stale endpoint',
      "update endpoint set url = 'http://old' where interface = 'public'",
      ['update endpoint public http://127.0.0.1:35357/v3 (was http://old)'],
    ],
    [
      'a missing role',
      "delete from role where name = 'reader'",
      ['create immutable role reader', 'create implied role member implies reader'],
    ],
    [
      'the old admin → member row',
      "insert into implied_role select a.id, m.id from role a, role m where a.name = 'admin' and m.name = 'member'",
      ['delete implied role admin implies member'],
    ],
    [
      'a deleted service',
      'delete from endpoint; delete from service',
      [
        'create service keystone',
        'create endpoint public http://127.0.0.1:35357/v3',
        'create endpoint internal http://127.0.0.1:35357/v3',
        'create endpoint admin http://127.0.0.1:35357/v3',
      ],
    ],
  ])('%s', async (_, damage, expected) => {
    const address = await bootstrapped();
    const whole = await comparableRows(server, address.database);
    await server.query(address.database, damage);
    expect(words(await plan(address, bootstrapRequest()))).toEqual(expected);
    expect(words(await apply(address, bootstrapRequest()))).toEqual(expected);
    expect(await comparableRows(server, address.database)).toEqual(whole);
  });

  it.each([
    'delete from role_option',
    "update role_option set option_value = 'false'",
    "update role_option set option_value = 'True'",
  ])('mutable roles, when it is asked to: %s', async (damage) => {
    const address = await bootstrapped();
    const whole = await comparableRows(server, address.database);
    await server.query(address.database, damage);
    const left = await apply(address, bootstrapRequest());
    expect(left.changes).toEqual([]);
    expect(left.warnings.join()).toContain('Role reader ');
    const repaired = await apply(address, bootstrapRequest({ roleImmutability: 'immutable' }));
    expect(words(repaired)).toEqual(
      ['reader', 'member', 'manager', 'admin', 'service'].map((name) => `make immutable role ${name}`),
    );
    expect(await comparableRows(server, address.database)).toEqual(whole);
  });

  it('a password that differs: the old one expires, a new one is added, tokens are revoked', async () => {
    const address = await bootstrapped();
    expect(words(await apply(address, bootstrapRequest({ password: 'another' })))).toEqual([
      'reset password user admin',
    ]);
    const passwords = await server.query(
      address.database,
      'select expires_at is null as current, expires_at_int is null as also from password order by id',
    );
    expect(passwords).toEqual([
      { current: false, also: false },
      { current: true, also: true },
    ]);
    const [user] = await server.query(address.database, 'select user_id from local_user');
    const [event] = await server.query(
      address.database,
      'select user_id, issued_before = revoked_at as same, expires_at from revocation_event',
    );
    expect(event).toEqual({ ...user, same: true, expires_at: null });
    expect((await apply(address, bootstrapRequest({ password: 'another' }))).changes).toEqual([]);
  });

  it.each([
    ['no password', { password: null }],
    ['a generated one', { password: 'generated', passwordForNewUserOnly: true }],
  ])('never a password with %s', async (_, asked) => {
    const address = await bootstrapped();
    expect((await apply(address, bootstrapRequest(asked))).changes).toEqual([]);
  });
});

describe('refuses, with nothing written,', () => {
  it.each([
    [
      'a domain named Default under another id',
      "insert into project values ('feed', 'Default', '{}', '', true, '<<keystone.domain.root>>', null, true)",
      'DefaultDomainElsewhere',
      false,
    ],
    [
      'a disabled default domain',
      "update project set enabled = false where id = 'default'",
      'DefaultDomainDisabled',
      true,
    ],
    [
      'a disabled admin project',
      "update project set enabled = false where name = 'admin'",
      'ProjectDisabled',
      true,
    ],
    [
      'a password form that it does not know',
      "update password set password_hash = '$6$rounds=5000$salt$digest'",
      'PasswordFormUnknown',
      true,
    ],
  ])('%s', async (_, damage, name, isBootstrapped) => {
    const address = isBootstrapped ? await bootstrapped() : await server.createDatabase();
    await server.query(address.database, damage);
    const before = await exactRows(server, address.database);
    await expect(apply(address, bootstrapRequest())).rejects.toMatchObject({
      name,
      cure: expect.stringMatching(/\w/),
      exitCode: 1,
    });
    expect(await exactRows(server, address.database)).toBe(before);
  });

  it('a database without a schema', async () => {
    const address = await server.createDatabase({ empty: true });
    await expect(apply(address, bootstrapRequest())).rejects.toMatchObject({
      name: 'SchemaMissing',
      cure: expect.stringContaining('keyward db sync'),
    });
  });

  it('a new user without a password', async () => {
    const address = await server.createDatabase();
    await expect(apply(address, bootstrapRequest({ password: null }))).rejects.toMatchObject({
      name: 'PasswordRequired',
    });
  });

  it('a database that does not keep what is written', async () => {
    const address = await server.createDatabase();
    await server.query(
      address.database,
      'create rule lost as on insert to system_assignment do instead nothing',
    );
    const before = await exactRows(server, address.database);
    await expect(apply(address, bootstrapRequest())).rejects.toMatchObject({ name: 'BootstrapIncomplete' });
    expect(await exactRows(server, address.database)).toBe(before);
  });
});
