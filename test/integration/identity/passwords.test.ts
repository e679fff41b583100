import { afterAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { bootstrapRequest, PASSWORD, runBootstrap } from '../../support/cloud/bootstrap-request.ts';
import { TestHome } from '../../support/home/cli.ts';
import { oneCloudPerFile } from '../../support/cloud/clouds.ts';
import { MovedClock } from '../../support/interop/moved-clock.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { type TestIdentity } from '../../support/cloud/resources.ts';
import { exactRows } from '../../support/cloud/rows.ts';

const HOUR = 3_600_000_000;
const TEN_MINUTES = 600_000_000;
let server: TestPostgres;
let cloud: TestIdentity;
oneCloudPerFile((opened) => ({ server, cloud } = opened));

type Stored = { hash: string; created: number; expires: number | null; consistent: boolean };
let made = 0;
const query = <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> =>
  server.query<T>(cloud.address.database, sql, values);
const setPassword = (user: string, password: string) => cloud.update('user', user, { password });
const newUser = async (): Promise<string> => {
  made += 1;
  return (await cloud.create('user', `user${made}`, { password: PASSWORD })).id;
};

/** A user's passwords in the order of Keystone, which takes the last one; times as microseconds since now. */
async function passwordsOf(userId: string): Promise<Stored[]> {
  const rows = await query<Stored & { created: string; expires: string | null }>(
    `select password_hash as hash, created_at_int - now.micros as created, expires_at_int - now.micros as expires,
       created_at = timestamp 'epoch' + created_at_int * interval '1 microsecond'
       and expires_at is not distinct from timestamp 'epoch' + expires_at_int * interval '1 microsecond' as consistent
     from password join local_user l on l.id = local_user_id,
       (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as micros) now
     where user_id = $1 order by created_at_int`,
    [userId],
  );
  return rows.map((row) => ({
    ...row,
    created: Number(row.created),
    expires: row.expires === null ? null : Number(row.expires),
  }));
}

/** Keystone looks at the hash of the newest password, and then whether that one has expired. */
async function isLetIn(userId: string, password: string): Promise<boolean> {
  const newest = (await passwordsOf(userId)).at(-1)!;
  return (await bcrypt.compare(password, newest.hash)) && (newest.expires === null || newest.expires > 0);
}

/** Makes the newest password look as if a Keystone had written it whose clock is that much fast. */
const shift = (userId: string, micros: number): Promise<unknown> =>
  query(
    `update password set created_at_int = created_at_int + $2, created_at = created_at + $2 * interval '1 microsecond'
     where local_user_id = (select id from local_user where user_id = $1)`,
    [userId, micros],
  );

describe('a new password', () => {
  it.each([
    ['written a moment ago', 0],
    ['by a Keystone whose clock is an hour fast', HOUR],
    ['an hour ago', -HOUR],
  ])('is newer than one %s', async (_, micros) => {
    const id = await newUser();
    await shift(id, micros);
    const [{ created }] = (await passwordsOf(id)) as [Stored];
    await setPassword(id, 'second-Pw-1');
    const [old, fresh] = (await passwordsOf(id)) as [Stored, Stored];
    expect(await isLetIn(id, 'second-Pw-1')).toBe(true);
    expect(fresh).toMatchObject({ expires: null, consistent: true });
    expect(old).toMatchObject({ expires: expect.any(Number), consistent: true });
    // Never later than it must be: the database's now, or one microsecond after the newest.
    expect(Math.abs(fresh.created - Math.max(created, 0))).toBeLessThan(TEN_MINUTES);
    expect(fresh.created).toBeGreaterThan(old.created);
    await setPassword(id, 'third-Pw-1');
    expect(await isLetIn(id, 'third-Pw-1')).toBe(true);
    expect(await passwordsOf(id)).toHaveLength(2);
  });

  it('ends an old one that expires later, and leaves one alone that has expired', async () => {
    const id = await newUser();
    const expire = (micros: number) =>
      query(
        `update password set expires_at_int = created_at_int + $2, expires_at = created_at + $2 * interval '1 microsecond'
         where local_user_id = (select id from local_user where user_id = $1)`,
        [id, micros],
      );
    await expire(HOUR);
    await setPassword(id, 'second-Pw-1');
    expect((await passwordsOf(id))[0]!.expires).toBeLessThanOrEqual(0);
    const other = await newUser();
    await query('delete from password where local_user_id = (select id from local_user where user_id = $1)', [
      other,
    ]);
    await setPassword(other, 'first-Pw-1');
    await shift(other, -2 * HOUR);
    await query(
      `update password set expires_at_int = created_at_int, expires_at = created_at
       where local_user_id = (select id from local_user where user_id = $1)`,
      [other],
    );
    await setPassword(other, 'second-Pw-1');
    expect((await passwordsOf(other))[0]!.expires).toBeLessThan(-HOUR);
    expect(await isLetIn(other, 'second-Pw-1')).toBe(true);
  });

  it('is the only valid one after twelve were set at once, by bootstraps too', async () => {
    const admin = await cloud.get('user', 'admin');
    const given = Array.from({ length: 12 }, (_, at) => `at-once-Pw-${at}`);
    await Promise.all(
      given.map((password, at) =>
        at % 3 === 0
          ? runBootstrap(cloud.services.bootstrap, bootstrapRequest({ password }))
          : setPassword(admin.id, password),
      ),
    );
    const all = await passwordsOf(admin.id);
    expect(all.map(({ expires }) => expires === null)).toEqual([...all.slice(1).map(() => false), true]);
    const letIn = await Promise.all(given.map((password) => isLetIn(admin.id, password)));
    expect(letIn.filter(Boolean)).toHaveLength(1);
    expect(new Set(all.map(({ created }) => created)).size).toBe(all.length);
  });
});

describe('hosts whose clocks are wrong', () => {
  const home = new TestHome();
  const fast = new MovedClock(3600);
  const slow = new MovedClock(-3600);
  afterAll(async () => {
    fast.remove();
    slow.remove();
    await home.remove();
  });
  /** Runs the built program there, on the database of this file. */
  const on = async (clock: MovedClock, args: string[], password: string): Promise<void> => {
    const { host, user } = server.address;
    const url = `postgresql://${user}@/${cloud.address.database}?host=${host}`;
    const env = { ...clock.env, KEYWARD_KEYSTONE_DATABASE_URL: url };
    expect(await home.run(args, { env, input: `${password}\n` })).toMatchObject({ code: 0 });
  };

  it("write the database's time", async () => {
    await on(fast, ['user', 'create', 'made-fast', '--password-stdin'], 'first-Pw-1');
    const { id } = await cloud.get('user', 'made-fast');
    const [user] = await query<{ micros: string }>(
      `select extract(epoch from created_at - clock_timestamp() at time zone 'UTC') * 1000000 as micros
       from "user" where id = $1`,
      [id],
    );
    expect(Math.abs(Number(user!.micros))).toBeLessThan(TEN_MINUTES);
    await on(slow, ['user', 'password', 'set', 'made-fast', '--password-stdin'], 'second-Pw-1');
    const all = await passwordsOf(id);
    for (const { created } of all) expect(Math.abs(created)).toBeLessThan(TEN_MINUTES);
    expect(await isLetIn(id, 'second-Pw-1')).toBe(true);
  });
});

describe('a password by which Keystone would let nobody in is not left behind', () => {
  const REFUSED = { name: 'PasswordNotKept', exitCode: 1, outcome: 'unchanged' };
  const spoils = (values: object): string =>
    `create trigger spoils before insert on password for each row execute function spoil('${JSON.stringify(values)}')`;
  /** Nothing may be changed meanwhile. */
  const hinderedBy = async (obstacle: string, use: () => Promise<void>): Promise<void> => {
    await query(
      `create or replace function spoil() returns trigger language plpgsql as
       'begin return jsonb_populate_record(new, tg_argv[0]::jsonb); end'`,
    );
    await query(obstacle);
    try {
      const before = await exactRows(server, cloud.address.database);
      await use();
      expect(await exactRows(server, cloud.address.database)).toBe(before);
    } finally {
      await query('drop trigger if exists spoils on password; drop rule if exists lost on password');
    }
  };

  it.each([
    [
      'a rule that drops it',
      'create rule lost as on insert to password do instead nothing',
      'has not kept it',
    ],
    ['a trigger that makes it older', spoils({ created_at_int: 5 }), 'takes another one'],
    ['a trigger that lets it expire', spoils({ expires_at_int: 5 }), 'has expired already'],
    ['a trigger that writes another hash', spoils({ password_hash: 'x' }), 'has not kept it'],
  ])('%s', async (_, obstacle, words) => {
    const id = await newUser();
    await hinderedBy(obstacle, async () => {
      await expect(setPassword(id, 'second-Pw-1')).rejects.toMatchObject({
        ...REFUSED,
        message: expect.stringContaining(words),
        cure: expect.stringContaining('triggers and rules on the table password'),
      });
      const request = bootstrapRequest({ password: 'another-Pw-1' });
      await expect(runBootstrap(cloud.services.bootstrap, request)).rejects.toMatchObject(REFUSED);
    });
  });

  it('nor the user who was to be made with it', () =>
    hinderedBy(spoils({ expires_at_int: 5 }), async () => {
      const making = cloud.create('user', 'never', { password: 'first-Pw-1' });
      await expect(making).rejects.toMatchObject(REFUSED);
    }));
});

describe("bootstrap lets its admin in where the admin's newest password has expired", () => {
  const expireNewest = async (id: string): Promise<void> => {
    await query(
      `update password set expires_at_int = created_at_int, expires_at = created_at
       where created_at_int = (select max(created_at_int) from password join local_user l on l.id = local_user_id
                               where user_id = $1)`,
      [id],
    );
  };
  const bootstrap = (password: string | null) =>
    runBootstrap(cloud.services.bootstrap, bootstrapRequest({ password }));

  it.each([
    ['that one again', 'expired-Pw-1'],
    ['another one', 'other-Pw-1'],
  ])('and is asked for %s', async (_, password) => {
    const { id } = await setPassword('admin', 'expired-Pw-1');
    await expireNewest(id);
    const change = { action: 'reset password', resource: 'user', name: 'admin' };
    const planned = await cloud.services.bootstrap.plan(bootstrapRequest({ password }));
    expect(planned.changes).toMatchObject([change]);
    expect((await bootstrap(password)).changes).toMatchObject([change]);
    expect(await isLetIn(id, password)).toBe(true);
    expect((await bootstrap(password)).changes).toEqual([]);
  });

  it('but leaves it alone without a password, and where the user is exempt from expiry', async () => {
    const { id } = await setPassword('admin', 'expired-Pw-1');
    await expireNewest(id);
    expect((await bootstrap(null)).changes).toEqual([]);
    await cloud.update('user', id, { options: { ignore_password_expiry: true } });
    expect((await bootstrap('expired-Pw-1')).changes).toEqual([]);
    await cloud.update('user', id, { options: { ignore_password_expiry: false } });
    expect((await bootstrap('expired-Pw-1')).changes).toHaveLength(1);
  });

  it('and forgets the failed logins, which may have locked the account', async () => {
    const { id } = await cloud.get('user', 'admin');
    const failed = `update local_user set failed_auth_count = 9, failed_auth_at = now() where user_id = '${id}'`;
    await query(failed);
    await bootstrap('unlocked-Pw-1');
    const count = () =>
      query(`select failed_auth_count, failed_auth_at from local_user where user_id = '${id}'`);
    expect(await count()).toEqual([{ failed_auth_count: 0, failed_auth_at: null }]);
  });
});
