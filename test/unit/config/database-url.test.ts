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
    'postgresql://u:canary@h/d?sslcert=/c.pem&sslkey=/c.key',
  ])('is refused without repeating it: %s', (url) => {
    expect(() => parse(url)).toThrow(/^KEYWARD_KEYSTONE_DATABASE_URL/);
    expect(() => parse(url)).not.toThrow(/canary/);
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
