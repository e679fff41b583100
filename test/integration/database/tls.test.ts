import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from '../../../src/config/database-url.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { keystoneSchema } from '../../../src/database/keystone/schema.ts';
import { Transient } from '../../../src/rules/errors.ts';
import { pem, reach, TlsPostgres } from '../../support/cloud/tls-postgres.ts';

let server: TlsPostgres;
beforeAll(async () => {
  server = await TlsPostgres.start();
});
afterAll(() => server.stop());

const CA = { sslrootcert: pem('ca.pem') };
const FULL = { sslmode: 'verify-full', ...CA };

describe('sslmode, as libpq reads it', () => {
  const ask = async (query: Record<string, string>, user: string): Promise<string> => {
    const reached = await reach(server.url('localhost', query, user));
    return typeof reached === 'string' ? reached : 'refused';
  };
  /** Columns: with a server that has TLS, as a user of any, of only that and of only the other kind; with one without. */
  const table: [Record<string, string>, string[], string][] = [
    [{ sslmode: 'disable' }, ['plain', 'refused', 'plain'], 'plain'],
    [{ sslmode: 'allow' }, ['plain', 'tls', 'plain'], 'plain'],
    [{}, ['tls', 'tls', 'plain'], 'plain'],
    [{ sslmode: 'prefer', sslrootcert: pem('other-ca.pem') }, ['plain', 'refused', 'plain'], 'plain'],
    [{ sslmode: 'require' }, ['tls', 'tls', 'refused'], 'refused'],
    [{ sslmode: 'require', ...CA }, ['tls', 'tls', 'refused'], 'refused'],
    [{ sslmode: 'require', sslrootcert: pem('other-ca.pem') }, ['refused', 'refused', 'refused'], 'refused'],
    [{ sslmode: 'verify-ca', ...CA }, ['tls', 'tls', 'refused'], 'refused'],
    [{ sslmode: 'verify-full' }, ['refused', 'refused', 'refused'], 'refused'],
    [FULL, ['tls', 'tls', 'refused'], 'refused'],
  ];
  it.each(table)('%j with TLS', async (query, expected) => {
    await server.present('right.pem');
    const users = ['openstack', 'tlsonly', 'plainonly'];
    expect(await Promise.all(users.map((user) => ask(query, user)))).toEqual(expected);
  });
  it.each(table)('%j without TLS', async (query, _, expected) => {
    await server.present(null);
    expect(await ask(query, 'openstack')).toBe(expected);
  });
});

describe('verify-full checks the host of the URL', () => {
  it.each([
    ['right.pem', 'localhost', 'tls'],
    ['right.pem', '127.0.0.1', 'tls'],
    ['right.pem', '[::1]', 'tls'],
    ['right.pem', '[0:0::1]', 'tls'],
    ['one-address.pem', '127.0.0.1', 'tls'],
    ['one-address.pem', 'localhost', /not of localhost/],
    ['common-name.pem', 'localhost', 'tls'],
    ['common-name.pem', '127.0.0.1', /not of 127\.0\.0\.1/],
    ['common-name.pem', '[::1]', /not of ::1/],
    ['names-only.pem', '127.0.0.1', 'tls'],
    ['addresses-only.pem', '[::1]', 'tls'],
    ['other-name.pem', 'localhost', /of db\.example, 192\.0\.2\.1, 2001:DB8:.*not of localhost/],
    ['other-name.pem', '127.0.0.1', /not of 127\.0\.0\.1/],
  ])('%s at %s', async (name, host, expected) => {
    await server.present(name);
    const reached = await reach(server.url(host, FULL));
    if (typeof expected === 'string') expect(reached).toBe(expected);
    else
      expect(reached).toMatchObject({ name: 'DatabaseTlsFailed', message: expect.stringMatching(expected) });
  });

  it.each([
    ['db.keyward.test', 'tls'],
    ['a.b.keyward.test', expect.objectContaining({ name: 'DatabaseTlsFailed' })],
  ])('a certificate of *.keyward.test at %s', async (host, expected) => {
    await server.present('wildcard.pem');
    expect(await reach(server.url(host, { ...FULL, hostaddr: '127.0.0.1' }))).toEqual(expected);
  });
});

describe('TLS that does not fit is told as configuration, with its cure, and is not tried again', () => {
  it.each<[string, string | null, Record<string, string>, string, RegExp, RegExp]>([
    [
      'none where it is required',
      null,
      { sslmode: 'require' },
      'openstack',
      /the server offers none, and sslmode=require/,
      /ssl = on.*sslmode=prefer/,
    ],
    [
      'none where it is verified',
      null,
      FULL,
      'openstack',
      /the server offers none, and sslmode=verify-full/,
      /sslmode=prefer/,
    ],
    [
      'a self-signed certificate',
      'self-signed.pem',
      FULL,
      'openstack',
      /not trusted \(self-signed certificate\)/,
      /sslrootcert.*sslmode=verify-full/,
    ],
    [
      'a certificate of another authority',
      'by-other-ca.pem',
      FULL,
      'openstack',
      /not trusted \(unable to verify the first certificate\)/,
      /sslrootcert/,
    ],
    [
      'a certificate of another name',
      'other-name.pem',
      FULL,
      'openstack',
      /is of db\.example/,
      /sslmode=verify-ca/,
    ],
    [
      'an expired certificate',
      'expired.pem',
      FULL,
      'openstack',
      /not valid \(certificate has expired\)/,
      /valid now; sslmode=verify-full/,
    ],
    [
      'a revoked certificate',
      'revoked.pem',
      { ...FULL, sslcrl: pem('ca.crl') },
      'openstack',
      /not valid \(certificate revoked\)/,
      /valid now/,
    ],
    [
      'a server that wants TLS',
      'right.pem',
      { sslmode: 'disable' },
      'tlsonly',
      /the server wants it/,
      /sslmode=require/,
    ],
    [
      'a server that wants none',
      'right.pem',
      { sslmode: 'require' },
      'plainonly',
      /lets nobody in with TLS/,
      /hostssl.*sslmode=prefer/,
    ],
    [
      'a server that wants a client certificate',
      'right.pem',
      FULL,
      'carded',
      /valid client certificate/,
      /sslcert/,
    ],
    [
      'a client certificate of another authority',
      'right.pem',
      { ...FULL, sslcert: pem('self-signed.pem'), sslkey: pem('server.key') },
      'carded',
      /the handshake failed/,
      /sslcert/,
    ],
    [
      "a client certificate with another one's key",
      'right.pem',
      { ...FULL, sslcert: pem('client.pem'), sslkey: pem('server.key') },
      'carded',
      /the handshake failed/,
      /sslkey/,
    ],
    [
      'a protocol that the server does not speak',
      'right.pem',
      { sslmode: 'require', ssl_max_protocol_version: 'TLSv1.1', ssl_min_protocol_version: 'TLSv1.1' },
      'openstack',
      /the handshake failed/,
      /ssl_min_protocol_version/,
    ],
  ])('%s', async (_, name, query, user, message, cure) => {
    await server.present(name);
    const error = await reach(server.url('localhost', query, user));
    expect(error).not.toBeInstanceOf(Transient);
    expect(error).toMatchObject({
      name: 'DatabaseTlsFailed',
      exitCode: 69,
      message: expect.stringMatching(message),
      cure: expect.stringMatching(cure),
    });
  });
});

describe('a connection made later', () => {
  it('finds out anew what the server has', async () => {
    await server.present(null);
    const database = openDatabase(
      parseDatabaseUrl(server.url('localhost', {}, 'tlsonly'), 'The URL'),
      keystoneSchema,
    );
    try {
      const ask = () =>
        database.read((em) => em.execute('select ssl from pg_stat_ssl where pid = pg_backend_pid()'));
      await expect(ask()).rejects.toThrow(/pg_hba/);
      await server.present('right.pem');
      await expect(ask()).resolves.toEqual([{ ssl: true }]);
    } finally {
      await database.close();
    }
  });
});

it('the parameters of a session are honoured', async () => {
  const query = { application_name: 'a tool', options: '-c work_mem=3MB', connect_timeout: '7' };
  const database = openDatabase(parseDatabaseUrl(server.url('localhost', query), 'The URL'), keystoneSchema);
  const settings =
    "select current_setting('application_name') as name, current_setting('work_mem') as memory";
  try {
    expect(await database.read((em) => em.execute(settings))).toEqual([{ name: 'a tool', memory: '3MB' }]);
  } finally {
    await database.close();
  }
});

it('a session that may not write is refused where the URL asks for one that may', async () => {
  const query = { target_session_attrs: 'read-write', options: '-c default_transaction_read_only=on' };
  expect(await reach(server.url('localhost', query))).toMatchObject({
    name: 'DatabaseRefused',
    cure: expect.stringContaining('Name the server that takes writes'),
  });
});

it('a password is proved without being shown, bound to the certificate', async () => {
  await server.present('right.pem');
  expect(await reach(server.url('localhost', FULL, 'scram'))).toBe('tls');
  expect(await reach(server.url('localhost', { ...FULL, channel_binding: 'disable' }, 'scram'))).toBe('tls');
});
