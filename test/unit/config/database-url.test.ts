import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { formatDatabaseUrl, parseDatabaseUrl } from '../../../src/config/database-url.ts';
import { targetOf } from '../../../src/config/target.ts';

const parse = (url: string) => parseDatabaseUrl(url, 'KEYWARD_KEYSTONE_DATABASE_URL');

describe('a database URL', () => {
  it.each([
    [
      'postgresql+psycopg2://u:p@h:5433/d',
      { user: 'u', password: 'p', host: 'h', port: 5433, database: 'd' },
    ],
    ['postgres://u@h/d', { user: 'u', password: null, port: 5432 }],
    ['postgresql://u:p%40%2F%25@h/d', { password: 'p@/%' }],
    ['postgresql://u@/d?host=/run/pg', { host: '/run/pg', database: 'd' }],
    ['postgresql://u@[::1]:6000/d', { host: '::1', port: 6000 }],
    [
      'postgresql://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem',
      { ssl: 'verify-full', sslRootCert: '/ca.pem' },
    ],
    ['postgresql://u@h/d?sslrootcert=ca.pem', { sslRootCert: path.resolve('ca.pem') }],
    ['postgresql://u@h/d?sslmode=allow', { ssl: 'allow' }],
    ['postgresql://u@h/d?sslrootcert=system', { ssl: 'verify-full', sslRootCert: 'system' }],
    ['postgresql://u@h/d?sslcert=c.pem', { parameters: { sslcert: path.resolve('c.pem') } }],
    [
      'postgresql://u:p@h/d?user=v&password=q&host=i&port=1',
      { user: 'v', password: 'q', host: 'i', port: 1 },
    ],
  ])('%s', (url, expected) => expect(parse(url)).toMatchObject(expected));

  it.each([
    'mysql+pymysql://u:canary@h/d',
    'sqlite:///x',
    'nonsense canary',
    'postgresql://u:canary@h',
    'postgresql://u:canary%zz@h/d',
    'postgresql://u:canary@h:99999/d',
    'postgresql://u:canary@h/d?sslmode=maybe',
    'postgresql://u:p@canary#t@h/d',
    'postgresql://u:canary@h/d?sslpassword=canary',
    'postgresql://u:canary@h/d?passwd=x',
  ])('is refused without repeating it: %s', (url) => {
    expect(() => parse(url)).toThrow(/^KEYWARD_KEYSTONE_DATABASE_URL/);
    expect(() => parse(url)).not.toThrow(/canary/);
  });

  it.each([
    ['gssencmode=require', /gssencmode=require/],
    ['channel_binding=require', /channel_binding=require/],
    ['target_session_attrs=read-only', /target_session_attrs=read-only/],
    ['sslcrldir=/crls', /the parameter sslcrldir/],
    ['keepalives_interval=2', /the parameter keepalives_interval/],
    ['tcp_user_timeout=2000', /the parameter tcp_user_timeout/],
    ['require_auth=scram-sha-256', /the parameter require_auth/],
    ['connect_timeout=soon', /connect_timeout=soon/],
    ['no_such_parameter=1', /the parameter no_such_parameter/],
    ['host=i&host=j', /several hosts/],
    ['host=i,j', /several hosts/],
    ['hostaddr=db.example', /hostaddr/],
    ['sslmode=require&sslrootcert=system', /sslmode=require, but sslrootcert=system/],
    ['sslnegotiation=direct', /sslmode=prefer, but sslnegotiation=direct/],
  ])('is refused, and not connected to in another way, with %s', (query, message) => {
    expect(() => parse(`postgresql://u@h/d?${query}`)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), exitCode: 64 }),
    );
  });

  it.each(['gssencmode=prefer', 'sslcompression=0', 'sslsni=1', 'client_encoding=utf8'])(
    'may ask for what is so anyway: %s',
    (query) => expect(parse(`postgresql://u@h/d?${query}`)).toEqual(parse('postgresql://u@h/d')),
  );

  it.each([
    'application_name=a+b&options=-c+work_mem%3D3MB&connect_timeout=3',
    'keepalives=0&keepalives_idle=9&target_session_attrs=primary&fallback_application_name=f',
    'sslmode=verify-full&sslrootcert=system&sslnegotiation=direct&channel_binding=disable',
    'sslmode=verify-ca&sslrootcert=%2Fca.pem&sslcrl=%2Fca.crl&sslcert=%2Fc.pem&sslkey=%2Fc.key',
    'sslmode=allow&ssl_min_protocol_version=TLSv1.2&ssl_max_protocol_version=TLSv1.3&hostaddr=%3A%3A1',
  ])('tells a worker all that it was told: %s', (query) => {
    const address = parse(`postgresql://u@h/d?${query}`);
    expect(Object.keys(address.parameters ?? {}).length).toBeGreaterThan(1);
    const written = formatDatabaseUrl(address, { showPassword: true });
    expect(parse(written)).toEqual(address);
    // A plus sign is a space for SQLAlchemy, and itself for libpq.
    expect(written).not.toContain('+');
  });

  it('is written back as it was read, its password only if it is to be shown', () => {
    const address = parse('postgresql://u:p%40w@h:5433/d');
    expect(parse(formatDatabaseUrl(address, { showPassword: true }))).toEqual(address);
    expect(formatDatabaseUrl(address, { showPassword: false })).toBe('postgresql://u:***@h:5433/d');
  });

  it('names the same target whoever connects, and another one for another database', () => {
    expect(targetOf(parse('postgresql://a:x@h/d'))).toBe(targetOf(parse('postgresql://b@h:5432/d')));
    expect(targetOf(parse('postgresql://a@h/d'))).not.toBe(targetOf(parse('postgresql://a@h/e')));
    expect(targetOf(parse('postgresql://a@h/d'))).toMatch(/^[0-9a-f]{12}$/);
  });
});
