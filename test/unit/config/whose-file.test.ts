import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadComputeSettings } from '../../../src/config/compute-settings.ts';
import { loadIdentityBeside, loadIdentitySettings } from '../../../src/config/identity-settings.ts';

const URL = 'postgresql://u:canary@h/d';
const DATABASE = `[database]\nconnection = ${URL}\n`;
const NOVA = `[DEFAULT]\ntransport_url = rabbit://h\n[api_database]\nconnection = ${URL}\n${DATABASE}[vnc]\n`;
const KEYSTONE = `[DEFAULT]\n${DATABASE}[token]\nprovider = fernet\n[Fernet_Tokens]\nmax_active_keys = 3\n`;
/** With these a file says nothing of whose it is. */
const COMMON = `[DEFAULT]\ndebug = true\n[cache]\nenabled = false\n[oslo_policy]\npolicy_file = p.yaml\n[wsgi]\n[api]\n`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-whose-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = (name: string, text: string): string => {
  const full = path.join(dir, name);
  writeFileSync(full, text);
  return full;
};
/** The databases are named by variables, so that nothing but the files can be refused. */
const ENV = { KEYWARD_KEYSTONE_DATABASE_URL: URL, KEYWARD_NOVA_API_DATABASE_URL: URL };
const asKeystones = (text: string, flag: 'config-file' | 'config-dir' = 'config-file') => {
  const written = file('one.conf', text);
  return () => loadIdentitySettings({ [flag]: [flag === 'config-dir' ? dir : written] }, ENV);
};
const asNovas = (text: string, flag: 'config-file' | 'config-dir' = 'config-file') => {
  const written = file('one.conf', text);
  return () => loadComputeSettings({ [flag]: [flag === 'config-dir' ? dir : written] }, ENV);
};
const refusal = (message: string, cure: string) =>
  expect.objectContaining({
    name: 'UsageError',
    exitCode: 64,
    message: expect.stringContaining(message),
    cure: expect.stringContaining(cure),
  });

describe('a nova.conf where a keystone.conf belongs', () => {
  it.each(['config-file', 'config-dir'] as const)('is refused as a --%s', (flag) => {
    expect(asKeystones(NOVA, flag)).toThrow(
      refusal(
        'one.conf is no keystone.conf: it has [api_database], [vnc], which Nova reads and Keystone does not.',
        "name Keystone's own file with --config-file",
      ),
    );
  });

  it.each(['api_database', 'placement', 'neutron', 'keystone_authtoken', 'SCHEDULER'])(
    'is known by [%s]',
    (section) => {
      expect(asKeystones(`${DATABASE}[${section}]\nkey = value\n`)).toThrow(
        refusal(`[${section.toLowerCase()}]`, '--config-file'),
      );
    },
  );

  it('is refused beside a keystone.conf, whose database it would replace', () => {
    const flags = { 'config-file': [file('keystone.conf', KEYSTONE), file('nova.conf', NOVA)] };
    expect(() => loadIdentitySettings(flags, {})).toThrow(refusal('nova.conf is no keystone.conf', ''));
  });
});

describe('a keystone.conf where a nova.conf belongs', () => {
  it.each(['config-file', 'config-dir'] as const)('is refused as a --%s', (flag) => {
    expect(asNovas(KEYSTONE, flag)).toThrow(
      refusal(
        'one.conf is no nova.conf: it has [fernet_tokens], [token], which Keystone reads and Nova does not.',
        "name Nova's own file with --config-file",
      ),
    );
  });

  it.each(['identity', 'assignment', 'credential', 'federation', 'catalog'])(
    'is known by [%s]',
    (section) => {
      expect(asNovas(`[${section}]\ndriver = sql\n`)).toThrow(refusal(`[${section}]`, '--config-file'));
    },
  );
});

describe('a file passes for either', () => {
  it.each([
    ['that is empty', ''],
    ['with nothing but a database', DATABASE],
    ['with what both read', `${COMMON}${DATABASE}`],
    ['that is of both', `${NOVA}[token]\nprovider = fernet\n`],
    ['with the credentials of a Nova in a section of any name', '[identity]\nauth_url = https://keystone\n'],
    ['with sections of neither', '[mine]\nkey = value\n'],
  ])('%s', (_, text) => {
    expect(asKeystones(text)().database.value).toMatchObject({ database: 'd' });
    expect(asNovas(text)().database.value).toMatchObject({ database: 'd' });
  });
});

describe('where a command serves both', () => {
  const exchanged = () => ({
    'config-file': [file('nova.conf', NOVA)],
    'nova-config-file': [file('keystone.conf', KEYSTONE)],
  });

  it('the cure of each names the flag where it belongs', () => {
    expect(() => loadIdentitySettings(exchanged(), ENV, 'both')).toThrow(
      refusal(
        'nova.conf is no keystone.conf',
        'Name it with --nova-config-file (or its folder with --nova-config-dir)',
      ),
    );
    expect(() => loadComputeSettings(exchanged(), ENV, 'both')).toThrow(
      refusal(
        'keystone.conf is no nova.conf',
        'Name it with --config-file (or its folder with --config-dir)',
      ),
    );
  });

  it("each file is looked at by its own service's flags only", () => {
    const flags = {
      'config-file': [file('keystone.conf', KEYSTONE)],
      'nova-config-file': [file('n.conf', NOVA)],
    };
    expect(loadIdentitySettings(flags, {}, 'both').database.value).toMatchObject({ database: 'd' });
    expect(loadComputeSettings(flags, {}, 'both').database.value).toMatchObject({ database: 'd' });
  });
});

it('where a command on Nova looks up who acts, the cure names the flags of both as they are there', () => {
  const flags = { 'keystone-config-file': [file('nova.conf', NOVA)] };
  expect(() => loadIdentityBeside(flags, ENV, false)).toThrow(
    refusal(
      'nova.conf is no keystone.conf',
      "Name it with --config-file (or its folder with --config-dir), and Keystone's own file with --keystone-config-file.",
    ),
  );
});
