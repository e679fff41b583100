import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type KeystoneConfig, readKeystoneConfig } from '../../../src/config/keystone-options.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-oslo-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The files are named 0.conf, 1.conf and so on. */
function read(files: (string | Buffer)[], env: NodeJS.ProcessEnv = {}): KeystoneConfig {
  const configFiles = files.map((text, at) => {
    writeFileSync(path.join(dir, `${at}.conf`), text);
    return path.join(dir, `${at}.conf`);
  });
  return readKeystoneConfig({ configFiles, configDirs: [] }, env);
}
const connectionOf = (files: string[], env: NodeJS.ProcessEnv = {}) =>
  read(files, env).get('database.connection').value;
const refusal = (message: RegExp) =>
  expect.objectContaining({ name: 'UsageError', exitCode: 64, message: expect.stringMatching(message) });

describe('a reference', () => {
  it.each<[string, string[], string | null]>([
    ['to its own group', ['[database]\nconnection = x$y\ny = z'], 'xz'],
    ['to DEFAULT', ['[DEFAULT]\ny = z\n[database]\nconnection = x$y'], 'xz'],
    ['to another group', ['[a]\nb = c\n[database]\nconnection = ${a.b}'], 'c'],
    ['to another file', ['[database]\nconnection = $a.b', '[a]\nb = c'], 'c'],
    ['to what a later file says', ['[a]\nb = c\n[database]\nconnection = $a.b', '[A]\nb = d'], 'd'],
    ['to a default', ['[database]\nconnection = ${identity.default_domain_id}'], 'default'],
    ['to a default that is none', ['[database]\nconnection = x${identity.password_hash_rounds}'], 'x'],
    ['to a boolean', ['[database]\nconnection = $cache.enabled\n[cache]\nenabled = off'], 'False'],
    ['by an older name', ['[database]\nconnection = $assignment.caching'], 'True'],
    ['is not what an escape is', [String.raw`[database]` + '\n' + String.raw`connection = a$$b\$c`], 'a$b$c'],
    ['is not what has no name', ['[database]\nconnection = $1 ${ $'], '$1 ${ $'],
  ])('%s', (_, files, expected) => expect(connectionOf(files)).toBe(expected));

  it.each<[string, string, RegExp]>([
    ['what is not set', '$canary', /0\.conf \[database\] connection has a \$ before/],
    ['a group', '$cache', /has a \$ before/],
    ['a group in capitals', '$CACHE.enabled', /has a \$ before/],
    ['DEFAULT by name', '${DEFAULT.host}\n[DEFAULT]\nhost = h', /has a \$ before/],
    ['a list', '$oslo_policy.policy_dirs', /has a \$ before/],
    ['itself', 'x$connection', /connection refers to itself/],
    ['itself by another', '$other\nother = $connection', /connection refers to itself/],
  ])('to %s is refused', (_, value, message) => {
    const asked = () => connectionOf([`[database]\nconnection = ${value}\n`]);
    expect(asked).toThrow(refusal(message));
    expect(asked).toThrow(/^(?!.*canary)/);
  });
});

describe('the environment', () => {
  it('beats files, also in references and also when it is empty', () => {
    const files = ['[database]\nconnection = $a.b\n[a]\nb = file'];
    expect(connectionOf(files, { OS_DATABASE__CONNECTION: 'e' })).toBe('e');
    expect(connectionOf(files, { OS_DATABASE__CONNECTION: '' })).toBe('');
    expect(connectionOf(files, { OS_A__B: 'e' })).toBe('e');
    expect(read(files, { OS_DATABASE__CONNECTION: 'e' }).get('database.connection').origin).toBe(
      'OS_DATABASE__CONNECTION',
    );
  });
});

describe('a value', () => {
  it.each([
    ['', null],
    ['+1_0', 10],
    ['-5', -5],
    ['"8"', 8],
  ])('%j is the number %p', (text, expected) => {
    expect(
      read([`[identity]\npassword_hash_rounds = ${text}`]).get('identity.password_hash_rounds').value,
    ).toBe(expected);
  });

  it.each(['x', '1e3', '5.0', '1__0', '9'.repeat(30)])('%j is no number', (text) => {
    const config = read([`[identity]\npassword_hash_rounds = ${text}`]);
    expect(() => config.get('identity.password_hash_rounds')).toThrow(
      refusal(/0\.conf \[identity\] password_hash_rounds: '.*' is no whole number\.$/),
    );
  });

  it('of an older name counts in its file', () => {
    const [older, newer] = ['[assignment]\ncaching = no', '[resource]\ncaching = yes'];
    expect(read([older, newer]).get('resource.caching').value).toBe(true);
    expect(read([newer, older]).get('resource.caching').value).toBe(false);
  });

  it('of a list is every line of every file, in their order', () => {
    const config = read([
      '[oslo_policy]\npolicy_dirs = a\npolicy_dirs = b',
      '[oslo_policy]\npolicy_dirs = c',
    ]);
    expect(config.get('oslo_policy.policy_dirs')).toMatchObject({ value: ['a', 'b', 'c'], isSet: true });
    expect(read([]).get('oslo_policy.policy_dirs')).toMatchObject({ value: ['policy.d'], isSet: false });
  });
});

it('a file that is no UTF-8, or not there, is refused', () => {
  expect(() => read([Buffer.from([0xff])])).toThrow(refusal(/0\.conf is no UTF-8 text\.$/));
  const gone = { configFiles: [path.join(dir, 'gone')], configDirs: [] };
  expect(() => readKeystoneConfig(gone, {})).toThrow(
    refusal(/gone can't be read: ENOENT: no such file or directory\.$/),
  );
});
