import { describe, expect, it } from '@jest/globals';
import {
  cell0Url,
  cellAddress,
  fillDatabaseUrl,
  fillTransportUrl,
  maskUrl,
} from '../../../src/config/cell-urls.ts';
import { RuleError } from '../../../src/rules/errors.ts';

const CELL = { name: 'cell1', uuid: 'd3ad0000-0000-4000-8000-000000000001' };
const baseOf = (value: string | null) => ({ value, origin: '/etc/nova/nova.conf [database] connection' });
const BASE = 'postgresql+psycopg2://nova:canary@db.example:5433/nova?sslmode=disable';
const MANY = 'rabbit://u1:canary@h1:5672,u2:canary@h2:5673/nova';

function refused(read: () => unknown): { message: string; cure: string } {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    expect(error).toMatchObject({ name: 'CellUrlUnusable', exitCode: 1 });
    expect(error.message + error.cure).not.toContain('canary');
    return error;
  }
  throw new Error('It was not refused.');
}

describe('a template', () => {
  it.each([
    [
      '{scheme}://{username}:{password}@{hostname}:{port}/{path}_1?{query}',
      BASE.replace('/nova?', '/nova_1?'),
    ],
    ['{scheme}://{username}:{password}@cell1/{path}', 'postgresql+psycopg2://nova:canary@cell1/nova'],
    ['postgresql://u:{{x}}@h/{path}', 'postgresql://u:{x}@h/nova'],
    ['postgresql://u:p@h/d', 'postgresql://u:p@h/d'],
    ['postgresql://u:p{x@h/d', 'postgresql://u:p{x@h/d'],
  ])('%s', (stored, url) => expect(fillDatabaseUrl(stored, baseOf(BASE), CELL)).toBe(url));

  it('of the message queue takes each of several hosts', () => {
    const stored =
      '{scheme}://{username1}:{password1}@{hostname1}:{port1},{username2}:{password2}@{hostname2}:{port2}/{path}';
    expect(fillTransportUrl(stored, baseOf(MANY), CELL)).toBe(MANY);
  });

  it('is left alone where it is none and nothing is set to fill it in from', () => {
    expect(fillDatabaseUrl('postgresql://u:{{p@h/d', baseOf(null), CELL)).toBe('postgresql://u:{{p@h/d');
  });

  it.each<[string, string | null, RegExp]>([
    [
      '{scheme}://{usernam}@h/d',
      BASE,
      /has the field \{usernam\}, which Nova does not know\. Did you mean \{username\}\?$/,
    ],
    ['{scheme}://{user}@h/d', BASE, /\{user\}.* Did you mean \{username\}\?$/],
    ['{scheme}://u:{canary}@h/d', BASE, /has a field that Nova does not know\.$/],
    ['{scheme}://{username@h/d', BASE, /has a brace without its other one\.$/],
    ['{scheme}://{username}}@h/d', BASE, /has a brace without its other one\.$/],
    ['{username@h', BASE, /has a brace without its other one\.$/],
    ['{scheme}://{}@h/d', BASE, /has a field that Nova does not know\.$/],
    [
      '{scheme}://{username1}@h/d',
      BASE,
      /\{username1\}, and \/etc\S+ \[database\] connection does not name so many/,
    ],
    ['{scheme}://{hostname3}/d', MANY, /\{hostname3\}, and .* does not name so many hosts\.$/],
    ['{scheme}://u:{password}@h/d', 'postgresql://u@h/d', /\{password\}, and \/etc\S+ .* has no password\.$/],
    ['{scheme}://h:{port}/d', 'postgresql://u@h/d', /has no port\.$/],
    ['{scheme}://{hostname}/d', 'postgresql://u@/d?host=/run', /has no hostname\.$/],
    ['{scheme}://u@h/d', null, /is a template, and nothing is set to fill it in from\.$/],
    [
      '{scheme}://u@h/d',
      'postgresql://u:canary@h:x/d',
      /and \/etc\S+ .* connection is no URL that Nova can read\.$/,
    ],
    ['{scheme}://u@h/d', 'postgresql://u:canary@[h/d', /is no URL that Nova can read\.$/],
  ])('%s of %s is refused in a sentence that names the cell', (stored, base, message) => {
    const error = refused(() => fillDatabaseUrl(stored, baseOf(base), CELL));
    expect(error.message).toMatch(/^The database_connection of cell cell1 /);
    expect(error.message).toMatch(message);
    expect(error.cure).toMatch(
      /can read|nothing/.test(error.message)
        ? /^Correct \[database\] connection in nova\.conf/
        : /^Correct it with `nova-manage cell_v2 update_cell --cell_uuid d3ad0000\S+ --transport-url URL --database/,
    );
  });

  it('of the message queue is refused by its own column and option', () => {
    const error = refused(() => fillTransportUrl('{scheme}://h', baseOf(null), { ...CELL, name: null }));
    expect(error.message).toMatch(/^The transport_url of cell d3ad0000\S+ is a template/);
    expect(error.cure).toBe('Correct [DEFAULT] transport_url in nova.conf.');
  });
});

describe("a cell's address", () => {
  it('is found through a template, and says where its URL is set', () => {
    expect(cellAddress('{scheme}://{username}:{password}@c1/{path}', baseOf(BASE), CELL, {})).toEqual({
      host: 'c1',
      port: 5432,
      database: 'nova',
      user: 'nova',
      password: 'canary',
      ssl: 'prefer',
      sslRootCert: null,
      origin: 'the mapping of cell cell1 or in /etc/nova/nova.conf [database] connection',
    });
    expect(cellAddress('postgresql://u@h/d', baseOf(BASE), CELL, {}).origin).toBe(
      'the mapping of cell cell1',
    );
  });

  it.each([
    ['mysql+pymysql://u:canary@h/d', "is a URL of 'mysql', and keyward works on PostgreSQL only."],
    ['postgresql://u:canary@h', 'names no database.'],
    ['postgresql://u:canary@h/d?host=i,j', 'names several hosts, and keyward connects to one.'],
    ['postgresql://u:canary@h/d?gssencmode=require', "has gssencmode=require, which keyward can't honour."],
    ['{{canary}}', 'is no database URL'],
    ['postgresql://u:canary@h/d?sslmode=verify-ca', 'has sslmode=verify-ca but names no authority'],
  ])('%s is refused in a sentence that names the cell', (stored, what) => {
    const error = refused(() => cellAddress(stored, baseOf(null), CELL, { HOME: '/nonexistent' }));
    expect(error.message).toContain(`The database_connection of cell cell1 ${what}`);
    expect(error.message).not.toMatch(/[.?] /);
  });
});

describe("cell0's URL is the cells' with another database", () => {
  const ORIGIN = '/etc/nova/nova.conf [database] connection';
  it.each([
    ['a plain one', 'postgresql://u:canary@h:5432/nova', 'postgresql://u:canary@h:5432/nova_cell0'],
    ['a query', BASE, BASE.replace('/nova?', '/nova_cell0?')],
    ['an empty query', 'postgresql://u@h/nova?', 'postgresql://u@h/nova_cell0?'],
    ['a raw ? in the password', 'postgresql://u:a?b@h/nova', 'postgresql://u:a?b@h/nova_cell0'],
    [
      'a raw ? in the password, and a query',
      'postgresql://u:a?b/c@h/nova?sslmode=disable',
      'postgresql://u:a?b/c@h/nova_cell0?sslmode=disable',
    ],
    ['an escaped @', 'postgresql://u:a%40b@h/nova', 'postgresql://u:a%40b@h/nova_cell0'],
    [
      'an @ in the query',
      'postgresql://u@h/nova?application_name=a@b',
      'postgresql://u@h/nova_cell0?application_name=a@b',
    ],
    [
      'a socket, and no host',
      'postgresql+psycopg2://u@/nova?host=/run/postgresql',
      'postgresql+psycopg2://u@/nova_cell0?host=/run/postgresql',
    ],
    ['a name that is escaped', 'postgresql://u@[::1]/no%20va', 'postgresql://u@[::1]/no%20va_cell0'],
  ])('%s', (_, value, url) => expect(cell0Url({ value, origin: ORIGIN })).toBe(url));

  it.each([
    ['no database', 'postgresql://u:canary@h', 'names no database.'],
    ['no database before a query', 'postgresql://u:canary@/?host=/run', 'names no database.'],
    ['a raw @ in the password', 'postgresql://u:can@ary@h/nova', 'is no database URL'],
    ['a URL of MySQL', 'mysql+pymysql://u:canary@h/nova', "is a URL of 'mysql'"],
  ])('%s is refused', (_, value, what) => {
    const { message, cure } = refused(() => cell0Url({ value, origin: ORIGIN }));
    expect(message).toContain(`${ORIGIN}, from which cell0's URL is made, ${what}`);
    expect(cure).toMatch(
      /^Write it as postgresql\+psycopg2:.* or map cell0 with `nova-manage cell_v2 map_cell0 /,
    );
  });
});

/** Real passwords hold what a URL must have escaped, and an operator's did not. */
const PASSWORDS = [
  'canary',
  'can@ary',
  'can:ary',
  'can/ary',
  'can#ary',
  'can?ary',
  'can,ary',
  '1,2canary',
  '{canary}',
];

describe('passwords are hidden', () => {
  it.each([
    ['postgresql://u:canary@h:5432/d?sslmode=require', 'postgresql://u:****@h:5432/d?sslmode=require'],
    ['rabbit://u:canary@h1:1,v:canary@[::1]:2/v', 'rabbit://u:****@h1:1,v:****@[::1]:2/v'],
    ['rabbit://h1:1,h2:2/v', 'rabbit://h1:1,h2:2/v'],
    ['{scheme}://{username}:{password}@{hostname}/d', '{scheme}://{username}:****@{hostname}/d'],
    ['postgresql://u@h/d?a=b&PASSWORD=canary&c=d', 'postgresql://u@h/d?a=b&PASSWORD=****&c=d'],
    ['none:///', 'none:///'],
    ['sqlite:////var/lib/x', 'sqlite:////var/lib/x'],
    ['u:canary@h/d', '****'],
  ])('in %s', (url, masked) => expect(maskUrl(url)).toBe(masked));

  it.each(PASSWORDS)('where it is %s', (password) => {
    for (const hosts of [
      `u:${password}@h:5432`,
      `v:x@i,u:${password}@h`,
      `u:${password}@h,v:x@i:1`,
      `u:${password}@h,i`,
    ])
      expect(maskUrl(`rabbit://${hosts}/v?a=b`)).not.toMatch(/can|ary/);
  });
});
