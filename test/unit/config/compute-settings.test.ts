import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadComputeSettings } from '../../../src/config/compute-settings.ts';
import { loadIdentityBeside, loadIdentitySettings } from '../../../src/config/identity-settings.ts';

const CANARY = 'canary';
const urlOf = (name: string): string => `postgresql://u:${CANARY}@h/${name}`;
const API = `[api_database]\nconnection = ${urlOf('in_file')}\n`;
const CELL = `[database]\nconnection = ${urlOf('cell_in_file')}\n`;
const EMBEDDED = { value: null, origin: 'the embedded PostgreSQL' };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-settings-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = (text: string, name = 'nova.conf'): string => {
  const full = path.join(dir, name);
  writeFileSync(full, text);
  return full;
};
const load = (text: string, env: NodeJS.ProcessEnv = {}) =>
  loadComputeSettings({ 'config-file': [file(text)] }, env);
const refusal = (message: RegExp, cure = /./) =>
  expect.objectContaining({
    name: 'UsageError',
    message: expect.stringMatching(message),
    cure: expect.stringMatching(cure),
  });
function refused(read: () => unknown): { message: string; cure: string } {
  try {
    read();
  } catch (error) {
    const { message, cure } = error as { message: string; cure: string };
    expect(message + cure).not.toContain(CANARY);
    return { message, cure };
  }
  throw new Error('It was not refused.');
}

describe("the API database's connection", () => {
  it.each<[string, NodeJS.ProcessEnv, { database: string; origin: RegExp }]>([
    ['a file', {}, { database: 'in_file', origin: /nova\.conf \[api_database\] connection$/ }],
    [
      "Nova's variable before a file",
      { OS_API_DATABASE__CONNECTION: urlOf('in_variable') },
      { database: 'in_variable', origin: /^OS_API_DATABASE__CONNECTION$/ },
    ],
    [
      "keyward's variable before both",
      { OS_API_DATABASE__CONNECTION: '$nosuch', KEYWARD_NOVA_API_DATABASE_URL: urlOf('in_ours') },
      { database: 'in_ours', origin: /^KEYWARD_NOVA_API_DATABASE_URL$/ },
    ],
  ])('is that of %s', (_, env, { database, origin }) => {
    expect(load(API, env).database).toEqual({
      value: expect.objectContaining({ database }),
      origin: expect.stringMatching(origin),
    });
  });

  it("is never a cell's, nor one that Keystone's variable names", () => {
    const env = { KEYWARD_KEYSTONE_DATABASE_URL: urlOf('keystone') };
    expect(() => load(CELL, env)).toThrow(
      refusal(/^No \[api_database\] connection is set in .*nova\.conf\.$/),
    );
  });

  it('must be set in a configuration, unless the embedded database is asked for', () => {
    const conf = file('[DEFAULT]\nmy_ip = 10.0.0.1\n');
    expect(() => loadComputeSettings({ 'config-file': [conf] }, {})).toThrow(refusal(/No \[api_database\]/));
    expect(() => loadComputeSettings({ 'config-dir': [dir] }, {})).toThrow(refusal(/No \[api_database\]/));
    expect(loadComputeSettings({ 'config-file': [conf], embedded: true }, {}).database).toEqual(EMBEDDED);
    expect(loadComputeSettings({}, {}).database).toEqual(EMBEDDED);
  });

  it.each(['mysql+pymysql', 'mysql', 'sqlite'])("of %s is refused with Nova's own example", (scheme) => {
    const { message, cure } = refused(() => load(API.replace('postgresql', scheme)));
    const [name] = scheme.split('+');
    expect(message).toMatch(
      new RegExp(`nova\\.conf \\[api_database\\] connection is a URL of '${name}', and keyward works on`),
    );
    expect(cure).toBe('Write it as postgresql+psycopg2://nova:PASSWORD@db.example:5432/nova_api.');
  });

  it.each([`${urlOf('d')}?gssencmode=require`, `${urlOf('d')}?host=i,j`])(
    "that keyward can't honour is cured in Nova's variable, and Keystone's in Keystone's: %s",
    (url) => {
      const nova = refused(() => load(`[api_database]\nconnection = ${url}`));
      expect(nova.cure).toMatch(/ in KEYWARD_NOVA_API_DATABASE_URL\.$/);
      const keystone = refused(() => loadIdentitySettings({}, { OS_DATABASE__CONNECTION: url }));
      expect(keystone.cure).toMatch(/ in KEYWARD_KEYSTONE_DATABASE_URL\.$/);
    },
  );
});

describe("the base of the cells' templates", () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['a file', {}, 'cell_in_file'],
    ["Nova's variable", { OS_DATABASE__CONNECTION: urlOf('in_variable') }, 'in_variable'],
    [
      "keyward's variable",
      { OS_DATABASE__CONNECTION: '$nosuch', KEYWARD_NOVA_DATABASE_URL: urlOf('in_ours') },
      'in_ours',
    ],
  ])('is that of %s, as it is written', (_, env, name) => {
    expect(load(API + CELL, env).cellBase.value).toBe(urlOf(name));
  });

  it('need not be set', () => {
    expect(load(API).cellBase).toMatchObject({ value: null });
  });

  it('is refused beside the embedded database, whose cells are filled in from itself', () => {
    const conf = file(CELL);
    expect(refused(() => loadComputeSettings({ 'config-file': [conf], embedded: true }, {})).message).toMatch(
      /^--embedded and .*\[database\] connection name two databases\.$/,
    );
    const { message, cure } = refused(() =>
      loadComputeSettings({}, { OS_DATABASE__CONNECTION: urlOf('stray') }),
    );
    expect(message).toMatch(/^OS_DATABASE__CONNECTION names .* nothing names Nova's API database\.$/);
    expect(cure).toMatch(/KEYWARD_NOVA_API_DATABASE_URL/);
  });
});

it("the message queue's base is Nova's, with oslo.messaging's default", () => {
  const set = load(`[DEFAULT]\ntransport_url = rabbit://u:p@h:5672/v\n${API}`);
  expect(set.transportBase).toEqual({
    value: 'rabbit://u:p@h:5672/v',
    origin: expect.stringMatching(/nova\.conf \[DEFAULT\] transport_url$/),
  });
  expect(load(API, { OS_DEFAULT__TRANSPORT_URL: 'kafka://h' }).transportBase.value).toBe('kafka://h');
  expect(load(API).transportBase.value).toBe('rabbit://');
});

it("the policy files are those of Nova's configuration", () => {
  expect(
    load(`${API}[oslo_policy]\npolicy_file = nova.yaml\npolicy_dirs = a\npolicy_dirs = b\n`).policy,
  ).toEqual({
    policyFile: 'nova.yaml',
    namesPolicyFile: true,
    policyDirs: ['a', 'b'],
  });
  expect(load(API).policy).toEqual({
    policyFile: 'policy.yaml',
    namesPolicyFile: false,
    policyDirs: ['policy.d'],
  });
});

describe('where a command serves Keystone and Nova', () => {
  const both = (env: NodeJS.ProcessEnv = {}, more = '') => {
    const flags = {
      'config-file': [file('[database]\nconnection = postgresql://u@h/keystone\n', 'keystone.conf')],
      'nova-config-file': [file(API + more)],
    };
    return {
      identity: () => loadIdentitySettings(flags, env, 'both'),
      compute: () => loadComputeSettings(flags, env, 'both'),
    };
  };

  it('each reads the files that are its own', () => {
    const { identity, compute } = both({}, CELL);
    expect(identity()).toMatchObject({
      database: { value: { database: 'keystone' } },
      configFiles: [path.join(dir, 'keystone.conf')],
    });
    expect(compute()).toMatchObject({
      database: { value: { database: 'in_file' } },
      cellBase: { value: urlOf('cell_in_file') },
      configFiles: [path.join(dir, 'nova.conf')],
    });
  });

  it("Keystone's files are no configuration of Nova's", () => {
    const flags = { 'config-file': [file('', 'keystone.conf')] };
    expect(loadComputeSettings(flags, {}, 'both')).toMatchObject({ database: EMBEDDED, configFiles: [] });
  });

  it('OS_DATABASE__CONNECTION is ambiguous', () => {
    const { identity, compute } = both({ OS_DATABASE__CONNECTION: urlOf('whose') });
    const ambiguous = /^OS_DATABASE__CONNECTION is ambiguous here/;
    expect(refused(identity)).toEqual({
      message: expect.stringMatching(ambiguous),
      cure: expect.stringMatching(/KEYWARD_KEYSTONE_DATABASE_URL/),
    });
    expect(refused(compute)).toEqual({
      message: expect.stringMatching(ambiguous),
      cure: expect.stringMatching(/KEYWARD_NOVA_DATABASE_URL/),
    });
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['KEYWARD_NOVA_DATABASE_URL', { KEYWARD_NOVA_DATABASE_URL: urlOf('stray') }],
    ['OS_DATABASE__CONNECTION', { OS_DATABASE__CONNECTION: urlOf('keystone') }],
  ])('%s is not looked at for a Nova that nothing names', (_, env) => {
    for (const serves of ['both', 'chosen'] as const) {
      const { database, cellBase } = loadComputeSettings({}, env, serves);
      expect(database).toEqual(EMBEDDED);
      expect(cellBase.value).toBeNull();
    }
    expect(refused(() => loadComputeSettings({}, env)).message).toMatch(/nothing names Nova's API database/);
  });

  it('OS_DATABASE__CONNECTION means the database of the service that was chosen', () => {
    const env = { OS_DATABASE__CONNECTION: urlOf('whose'), KEYWARD_NOVA_API_DATABASE_URL: urlOf('api') };
    expect(loadIdentitySettings({}, env, 'chosen').database).toMatchObject({
      value: { database: 'whose' },
      origin: 'OS_DATABASE__CONNECTION',
    });
    expect(loadComputeSettings({}, env, 'chosen')).toMatchObject({
      database: { value: { database: 'api' } },
      cellBase: { value: urlOf('whose') },
    });
    expect(refused(() => loadIdentitySettings({}, env, 'both')).message).toMatch(/is ambiguous here/);
  });

  it('files have the flags of their service also where one is chosen', () => {
    const flags = { 'config-file': [file('', 'keystone.conf')], 'nova-config-file': [file(API)] };
    expect(loadComputeSettings(flags, {}, 'chosen')).toMatchObject({
      database: { value: { database: 'in_file' } },
      configFiles: [path.join(dir, 'nova.conf')],
    });
  });

  it("it is not looked at where keyward's own variables say which database is meant", () => {
    const { identity, compute } = both({
      OS_DATABASE__CONNECTION: urlOf('whose'),
      KEYWARD_KEYSTONE_DATABASE_URL: urlOf('ours'),
      KEYWARD_NOVA_DATABASE_URL: urlOf('our_cells'),
    });
    expect(identity().database.value).toMatchObject({ database: 'ours' });
    expect(compute().cellBase.value).toBe(urlOf('our_cells'));
  });
});

describe('where a command on Nova looks up who acts', () => {
  const keystone = (text: string) => ({ 'keystone-config-file': [file(text, 'keystone.conf')] });
  const CONF = `[database]\nconnection = ${urlOf('k_in_file')}\n[identity]\ndefault_domain_id = other\n`;
  const stray = { OS_DATABASE__CONNECTION: urlOf('novas') };

  it.each<[string, object, NodeJS.ProcessEnv, object | null]>([
    ['nothing, where nothing names one', {}, {}, null],
    ['nothing, where only a nova.conf is given', { 'config-file': ['/nova.conf'] }, {}, null],
    ["nothing, where a variable names Nova's", {}, stray, null],
    [
      "keyward's variable",
      {},
      { KEYWARD_KEYSTONE_DATABASE_URL: urlOf('ours'), ...stray },
      { database: 'ours' },
    ],
  ])('the identity database is that of %s', (_, flags, env, expected) => {
    const settings = loadIdentityBeside(flags, env, false);
    expect(settings?.database.value ?? null).toEqual(expected && expect.objectContaining(expected));
  });

  it("it is that of Keystone's own file, whatever names Nova's, and the file's options count", () => {
    expect(loadIdentityBeside(keystone(CONF), stray, false)).toMatchObject({
      database: { value: { database: 'k_in_file' } },
      defaultDomainId: { value: 'other' },
      configFiles: [path.join(dir, 'keystone.conf')],
    });
  });

  it("it is the embedded one beside Nova's embedded ones, unless another one is named", () => {
    expect(loadIdentityBeside({}, {}, true)?.database).toEqual(EMBEDDED);
    expect(loadIdentityBeside(keystone(CONF), {}, true)?.database.value).toMatchObject({
      database: 'k_in_file',
    });
  });

  it('a file that names none is refused', () => {
    const { message } = refused(() => loadIdentityBeside(keystone(''), stray, false));
    expect(message).toMatch(/^No \[database\] connection is set in .*keystone\.conf\.$/);
  });
});
