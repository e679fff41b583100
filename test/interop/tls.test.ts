import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sslModes } from '../../src/rules/database-address.ts';
import { type Libpq, startLibpq } from '../support/cloud/libpq.ts';
import { ensureVenv } from '../support/interop/venv.ts';
import { pem, reach, TlsPostgres } from '../support/cloud/tls-postgres.ts';

const HOSTS = ['localhost', '127.0.0.1', '[::1]'];
const CERTIFICATES = [
  'right.pem',
  'self-signed.pem',
  'by-other-ca.pem',
  'expired.pem',
  'revoked.pem',
  'other-name.pem',
  'names-only.pem',
  'addresses-only.pem',
  'one-address.pem',
  'common-name.pem',
  'text-address.pem',
  'wildcard.pem',
];

let server: TlsPostgres;
let libpq: Libpq;
const folder = (): string => mkdtempSync(path.join(tmpdir(), 'keyward-tls-home-'));
const homes = { empty: folder(), trusting: folder(), key: '' };
beforeAll(async () => {
  const usual = path.join(homes.trusting, '.postgresql');
  mkdirSync(usual);
  copyFileSync(pem('ca.pem'), path.join(usual, 'root.crt'));
  copyFileSync(pem('ca.crl'), path.join(usual, 'root.crl'));
  // libpq takes no key that others may read.
  homes.key = path.join(homes.empty, 'client.key');
  copyFileSync(pem('client.key'), homes.key);
  chmodSync(homes.key, 0o600);
  const venv = await ensureVenv();
  server = await TlsPostgres.start();
  libpq = startLibpq(path.join(venv, 'bin'), {});
});
afterAll(async () => {
  libpq.close();
  await server.stop();
  for (const home of [homes.empty, homes.trusting]) rmSync(home, { recursive: true });
});

type Cell = [url: string, home?: string | undefined];

/** Asks both; the cells in which they don't agree, with what each says, and how often libpq said what. */
async function compare(cells: Cell[]): Promise<{ differences: string[]; kinds: string[] }> {
  const differences: string[] = [];
  const kinds = new Set<string>();
  for (const [url, home = homes.empty] of cells) {
    const [theirs, ours] = await Promise.all([libpq.reach(url, home), reach(url, home)]);
    const said = typeof ours === 'string' ? ours : `refused: ${ours.message}`;
    kinds.add(kindOf(theirs));
    if (kindOf(said) !== kindOf(theirs)) differences.push(`${url}: libpq ${theirs}; keyward ${said}`);
  }
  return { differences, kinds: [...kinds].toSorted() };
}
const kindOf = (answer: string): string => answer.split(':')[0]!;
const root = (name: string) => ({ sslrootcert: pem(name) });

/** Every sslmode with each of the others. */
const everyMode = (roots: Record<string, string>[], users: string[], home?: string): Cell[] =>
  sslModes.flatMap((sslmode) =>
    roots.flatMap((more) =>
      users.flatMap((user) =>
        HOSTS.map((host): Cell => [server.url(host, { sslmode, ...more }, user), home]),
      ),
    ),
  );

describe('keyward connects exactly where libpq does, and encrypts where it does', () => {
  it.each(CERTIFICATES)('every sslmode, authority, host and pg_hba.conf with %s', async (name) => {
    await server.present(name);
    const itself = name === 'self-signed.pem' ? [root(name)] : [];
    const cells = everyMode([{}, root('ca.pem'), ...itself], ['openstack', 'tlsonly']);
    expect(await compare(cells)).toEqual({ differences: [], kinds: ['plain', 'refused', 'tls'] });
  });

  it('every sslmode with a server without TLS', async () => {
    await server.present(null);
    const cells = everyMode([{}, root('ca.pem')], ['openstack', 'tlsonly']);
    expect(await compare(cells)).toEqual({ differences: [], kinds: ['plain', 'refused'] });
  });

  it.each([
    ['right.pem', ['plain', 'refused', 'tls']],
    ['by-other-ca.pem', ['plain', 'refused']],
    ['revoked.pem', ['plain', 'refused']],
  ])('the authority and the revoked certificates in ~/.postgresql, with %s', async (name, kinds) => {
    await server.present(name);
    const cells = everyMode([{}, root('other-ca.pem')], ['openstack', 'tlsonly'], homes.trusting);
    expect(await compare(cells)).toEqual({ differences: [], kinds });
  });

  it('a certificate for many names', async () => {
    await server.present('wildcard.pem');
    const names = [
      'a.keyward.test',
      'A.KEYWARD.TEST',
      'a.b.keyward.test',
      'keyward.test',
      'x.test',
      '.keyward.test',
    ];
    const how = { sslmode: 'verify-full', ...root('ca.pem'), hostaddr: '127.0.0.1' };
    const cells = names.map((name): Cell => [server.url(name, how)]);
    expect(await compare(cells)).toEqual({ differences: [], kinds: ['refused', 'tls'] });
  });

  it('addresses in other spellings', async () => {
    await server.present('right.pem');
    const how = { sslmode: 'verify-full', ...root('ca.pem') };
    const hosts = ['[0:0:0:0:0:0:0:1]', '[0::1]', 'LOCALHOST', '127.0.0.2'];
    const cells = hosts.map((host): Cell => [
      server.url(host, host === '127.0.0.2' ? { ...how, hostaddr: '127.0.0.1' } : how),
    ]);
    expect(await compare(cells)).toEqual({ differences: [], kinds: ['refused', 'tls'] });
  });

  it.each(['right.pem', 'revoked.pem'])('the other parameters with %s', async (name) => {
    await server.present(name);
    const full = { sslmode: 'verify-full', ...root('ca.pem') };
    const card = { sslcert: pem('client.pem'), sslkey: homes.key };
    const cells = [
      ...[{ sslcrl: pem('ca.crl') }, { sslnegotiation: 'direct' }, { sslnegotiation: 'postgres' }].map(
        (more) => server.url('localhost', { ...full, ...more }),
      ),
      ...['TLSv1.2', 'TLSv1.3', 'TLSv1.4', ''].flatMap((version) =>
        ['ssl_min_protocol_version', 'ssl_max_protocol_version'].map((key) =>
          server.url('localhost', { ...full, [key]: version }),
        ),
      ),
      server.url('localhost', {
        ssl_min_protocol_version: 'TLSv1.3',
        ssl_max_protocol_version: 'TLSv1.2',
        ...full,
      }),
      server.url('localhost', { sslmode: 'prefer', sslnegotiation: 'direct' }),
      server.url('localhost', { ...full, ...card }, 'carded'),
      server.url('localhost', full, 'carded'),
      ...sslModes.map((sslmode) => server.url('localhost', { sslmode }, 'plainonly')),
      ...['disable', 'prefer'].flatMap((binding) =>
        ['require', 'prefer', 'allow', 'disable'].map((sslmode) =>
          server.url('localhost', { sslmode, channel_binding: binding }, 'scram'),
        ),
      ),
      server.url('localhost', { sslmode: 'verify-full', sslrootcert: 'system' }),
      server.url('localhost', { sslmode: 'require', sslrootcert: 'system' }),
      server.url('localhost', { sslrootcert: 'system' }),
      server.url('localhost', { target_session_attrs: 'read-write' }),
      server.url('localhost', {
        target_session_attrs: 'read-write',
        options: '-c default_transaction_read_only=on',
      }),
      server.url('localhost', {
        target_session_attrs: 'primary',
        options: '-c default_transaction_read_only=on',
      }),
      server.url('localhost', { target_session_attrs: 'writable' }),
      server.url('localhost', { options: '-c no_such_setting=1' }),
      server.url('localhost', { gssencmode: 'disable', sslcompression: '0', sslsni: '1' }),
      server.url('localhost', { connect_timeout: 'soon' }),
      server.url('localhost', { connect_timeout: '3', keepalives: '1', keepalives_idle: '5' }),
      server.url('localhost', { keepalives: 'yes' }),
      server.url('localhost', { no_such_parameter: '1' }),
      server.url('localhost', { sslmode: 'maybe' }),
      server.url('localhost', { sslmode: 'verify-full', sslrootcert: '/nonexistent/ca.pem' }),
    ].map((url): Cell => [url]);
    expect(await compare(cells)).toEqual({ differences: [], kinds: ['plain', 'refused', 'tls'] });
  });
});
