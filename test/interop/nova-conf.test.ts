import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cellAddress, fillDatabaseUrl, fillTransportUrl, maskUrl } from '../../src/config/cell-urls.ts';
import { NOVA_OPTIONS, type NovaOption, readNovaConfig } from '../../src/config/nova-options.ts';
import { FIELDS } from '../../src/config/url-template.ts';
import { RuleError } from '../../src/rules/errors.ts';
import { type Answered, askNova, type Template } from '../support/interop/ask-nova.ts';
import { randomOf } from '../support/interop/oracle.ts';

const SEED = 20_251_130;
const SIZE = 3000;
const CELL = { name: 'cell1', uuid: 'd3ad0000-0000-4000-8000-000000000001' };
/** The socket folder of an embedded PostgreSQL, as keyward writes it into a URL. */
const EMBEDDED = 'postgresql+psycopg2://openstack@/nova_api?host=%2Frun%2Fdir';

const random = randomOf(SEED);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const several = (most: number, make: () => string): string[] =>
  Array.from({ length: Math.floor(random() * (most + 1)) }, make);

const CREDENTIALS = ['U%40x:p%2Fw@', 'u:p:q@', '', 'u@', ':p@', '@', 'u:p@q@', 'u:{p@', 'u:p}x@'];
const HOSTS = ['Db.Example', '10.0.0.1', '[::1]', '[FE80::1%Eth0]', '', '[nonsense]', '[::1', '::1'];
const PORTS = ['', ':007', ':65535', ':', ':x', ':70000'];
/** Every second part is as people write it. */
const host = () =>
  [CREDENTIALS, HOSTS, PORTS].map((odd, at) => pick([['u:p@', 'h', ':5432'][at]!, pick(odd)])).join('');

function base(kind: Template['kind']): string | null {
  if (random() < 0.03) return pick([null, '', 'nonsense', '{scheme}://h']);
  const hosts = kind === 'transport' && random() < 0.5 ? [host(), host(), ...several(1, host)] : [host()];
  const scheme = pick(['postgresql', 'postgresql+psycopg2', 'Rabbit', 'kafka']);
  const [where, query, fragment] = [
    pick(['', '/', '/nova', '//v', '/a;b']),
    pick(['', '', '?a=b&c=%2Fd', '?']),
    pick(['', '', '', '#f']),
  ];
  return `${scheme}://${hosts.join()}${where}${query}${fragment}`;
}

const numbered = () => `{${pick(['username', 'password', 'hostname', 'port'])}${pick([0, 1, 2, 3, '01'])}}`;
const piece = () =>
  random() < 0.55
    ? `{${pick(FIELDS)}}`
    : pick([
        numbered,
        numbered,
        () => pick(['://', ':', '@', '/', ',', '?a=b', 'x', '_cell0', '{{', '}}']),
      ])();
const oddity = () =>
  pick(['{', '}', '{}', '{0}', '{user}', '{ port}', '{PORT}', '{{{port}}}', '{port}}', '{a{port}}']);
const USUAL = [
  '{scheme}://{username}:{password}@{hostname}:{port}/{path}?{query}',
  '{scheme}://{username}@/nova_cell0?{query}',
  '{scheme}://{username}:{password}@cell1.example/nova_cell1',
  '{scheme}://{username1}:{password1}@{hostname1}:{port1},{username2}:{password2}@{hostname2}/{path}',
];
const stored = () => {
  if (random() < 0.1) return `${pick(['rabbit', 'postgresql'])}://u:p${pick(['', '{', '}x', '{{y'])}@h/d`;
  if (random() < 0.5) return pick(USUAL);
  return [...several(6, piece), ...(random() < 0.1 ? [oddity()] : []), ...several(3, piece)].join('');
};
const template = (): Template => {
  const kind = pick(['database', 'transport'] as const);
  return { kind, base: base(kind), stored: stored() };
};

/** nova-manage and keyward print these differently. */
const MASKED = [
  {
    what: 'of several hosts Nova shows the last one only',
    url: 'rabbit://u1:p1@h1:5672,u2:p2@h2:5672/v',
    theirs: 'rabbit://u1:****@h2:5672/v',
    ours: 'rabbit://u1:****@h1:5672,u2:****@h2:5672/v',
  },
  {
    what: 'a password in the query is shown by Nova',
    url: 'postgresql://u@h/d?sslmode=prefer&password=canary&sslpassword=canary',
    theirs: 'postgresql://u@h/d?sslmode=prefer&password=canary&sslpassword=canary',
    ours: 'postgresql://u@h/d?sslmode=prefer&password=****&sslpassword=****',
  },
  {
    what: 'a password with a slash that is not escaped is shown by Nova',
    url: 'rabbit://u:canary/canary@h:5672/v',
    theirs: 'rabbit://u:canary/canary@h:5672/v',
    ours: 'rabbit://****',
  },
];

const TEMPLATES = Array.from({ length: SIZE }, template);
/** These are ways of Python's format language that no template needs. */
const MORE = ['{port!s}', '{port:>6}', '{username.__class__}'].map((field): Template => ({
  kind: 'database',
  base: 'postgresql://u:p@h:5/d',
  stored: `x://${field}`,
}));
const OWN: Template = {
  kind: 'database',
  base: EMBEDDED,
  stored: '{scheme}://{username}@/nova_cell0?{query}',
};
const part = (of: string[]) => pick(of);
const URLS = Array.from({ length: 500 }, () =>
  [
    pick(['rabbit', 'postgresql+psycopg2', 'kafka']),
    '://',
    part(['', 'u@', 'u:canary@', ':canary@', 'u:@', 'u:can:ary@', 'u:can%40ary@', 'u:can@ary@', 'u:c,1@']),
    part(['h', '10.0.0.1', '[::1]']),
    part(['', ':5672']),
    part(['', '/', '/nova', '//v']),
    part(['', '?ssl=1', '?sslmode=verify-full&sslrootcert=%2Fca.pem']),
  ].join(''),
);

const NAMES = Object.keys(NOVA_OPTIONS) as NovaOption[];
const SET = `
[DEFAULT]
transport_url = rabbit://u:$$p@h:5672/v
sql_connection = postgresql://old/d
[api_database]
connection = postgresql://u:p%40@h/\${database.connection}
[Database]
connection = cell
sql_connection = older
[service_user]
send_service_user_token = yes
[oslo_policy]
policy_file = "nova policy.yaml"
policy_dirs = one
policy_dirs = two
`;
const ENVIRONMENT = {
  OS_DEFAULT__TRANSPORT_URL: 'kafka://h',
  OS_API_DATABASE__CONNECTION: 'api',
  OS_DATABASE__CONNECTION: '',
  OS_SERVICE_USER__SEND_SERVICE_USER_TOKEN: 'off',
};

let dir: string;
let cases: { file: string; env: Record<string, string> }[];
let theirs: Answered;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-nova-conf-'));
  const [empty, set] = [path.join(dir, 'empty.conf'), path.join(dir, 'set.conf')];
  writeFileSync(empty, '');
  writeFileSync(set, SET);
  cases = [
    { file: empty, env: {} },
    { file: set, env: {} },
    { file: set, env: ENVIRONMENT },
  ];
  // Python takes seconds to import Nova, and so one process answers everything.
  theirs = await askNova({
    names: NAMES,
    cases,
    templates: [...TEMPLATES, ...MORE, OWN],
    urls: [...URLS, ...MASKED.map(({ url }) => url)],
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each([
  ['its defaults', 0],
  ['a file', 1],
  ['variables', 2],
])('keyward reads of %s what Nova reads', (_, at) => {
  const { file, env } = cases[at]!;
  const config = readNovaConfig({ configFiles: [file], configDirs: [] }, env);
  const read = Object.fromEntries(NAMES.map((name) => [name, config.get(name).value]));
  expect(read).toEqual(theirs.options[at]);
  expect(theirs.options[at]).not.toEqual(theirs.options[(at + 1) % 3]);
});

function ours({ kind, base: value, stored: text }: Template): string | 'refused' {
  const fill = kind === 'database' ? fillDatabaseUrl : fillTransportUrl;
  try {
    return fill(text, { value, origin: 'nova.conf' }, CELL);
  } catch (error) {
    if (error instanceof RuleError) return 'refused';
    throw error;
  }
}

describe(`${SIZE} templates (seed ${SEED})`, () => {
  it('are filled in as Nova does, and refused only where Nova gives up or writes None', () => {
    const different = TEMPLATES.flatMap((one, at) => {
      const [our, their] = [ours(one), theirs.formatted[at]!];
      const isSame = our === 'refused' ? their.gaveUp || their.text.includes('None') : our === their.text;
      return isSame ? [] : [{ ...one, our, their }];
    });
    expect(different.slice(0, 5)).toEqual([]);
  });

  it('lead to no URL with a field in it, nor with None', () => {
    const filled = TEMPLATES.filter((one) => one.base !== null && ours(one) !== 'refused');
    expect(filled.map(ours).filter((url) => /None|\{username\}/.test(url))).toEqual([]);
  });

  it('are neither all filled in nor all refused', () => {
    const filled = TEMPLATES.filter((one) => ![one.stored, 'refused'].includes(ours(one)));
    const asTheyStand = TEMPLATES.filter((one) => one.stored.includes('{') && ours(one) === one.stored);
    expect(filled.length).toBeGreaterThan(SIZE / 5);
    expect(asTheyStand.length).toBeGreaterThan(SIZE / 100);
    expect(TEMPLATES.filter((one) => ours(one) === 'refused').length).toBeGreaterThan(SIZE / 5);
  });

  it("of the rest of Python's format language are refused", () => {
    expect(theirs.formatted.slice(SIZE, SIZE + MORE.length).map(({ gaveUp }) => gaveUp)).toEqual([
      false,
      false,
      false,
    ]);
    expect(MORE.map(ours)).toEqual(['refused', 'refused', 'refused']);
  });
});

it("the templates of keyward's own PostgreSQL mean the same to Nova", () => {
  const url = 'postgresql+psycopg2://openstack@/nova_cell0?host=%2Frun%2Fdir';
  expect(theirs.formatted.at(-1)).toEqual({ text: url, gaveUp: false });
  expect(ours(OWN)).toBe(url);
  expect(cellAddress(OWN.stored, { value: EMBEDDED, origin: 'x' }, CELL, {})).toMatchObject({
    host: '/run/dir',
    database: 'nova_cell0',
    user: 'openstack',
    password: null,
  });
});

describe('passwords', () => {
  it('are masked as nova-manage masks them', () => {
    expect(URLS.map(maskUrl)).toEqual(theirs.masked.slice(0, URLS.length));
    expect(URLS.map(maskUrl).filter((url) => /can|ary/.test(url))).toEqual([]);
  });

  it.each(MASKED.map((one, at) => ({ ...one, at })))('$what', ({ url, at, theirs: expected, ours: our }) => {
    expect(theirs.masked[URLS.length + at]).toBe(expected);
    expect(maskUrl(url)).toBe(our);
  });
});
