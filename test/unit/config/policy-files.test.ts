import { mkdirSync, mkdtempSync, rmSync, writeFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readKeystoneConfig } from '../../../src/config/keystone-options.ts';
import { openPolicyFiles } from '../../../src/config/policy-files.ts';
import { policyOptionsOf } from '../../../src/config/policy-options.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'keyward-policy-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (file: string): string => path.join(root, file);

function write(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  }
}

function open(configFiles: string[], configDirs: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const paths = { configFiles: configFiles.map(at), configDirs: configDirs.map(at) };
  const policy = policyOptionsOf(readKeystoneConfig(paths, env));
  return openPolicyFiles('keystone', { ...paths, policy }, [at('standard')]);
}

const valuesOf = async (files: ReturnType<typeof open>): Promise<Record<string, unknown>> =>
  Object.fromEntries([...(await files.overrides())].map(([rule, { value }]) => [rule, value]));

describe('the policy file', () => {
  it('is policy.yaml beside the configuration file', async () => {
    write({ 'etc/keystone.conf': '', 'etc/policy.yaml': 'a: b' });
    expect(await open(['etc/keystone.conf']).policyFile()).toEqual({
      path: at('etc/policy.yaml'),
      text: 'a: b',
    });
  });

  it('is what the last configuration file names, found from any of them', async () => {
    write({
      'one/keystone.conf': '[oslo_policy]\npolicy_file = ignored.yaml',
      'one/rules.yaml': '',
      'two/more.conf': '[oslo_policy]\npolicy_file = rules.yaml',
    });
    const files = open(['one/keystone.conf', 'two/more.conf']);
    expect((await files.policyFile())?.path).toBe(at('one/rules.yaml'));
  });

  it('is sought in folders given, then beside files (the last first), then in the standard folders', async () => {
    write({ 'one/a.conf': '', 'two/b.conf': '', 'dir/c.conf': '', 'standard/policy.yaml': '' });
    const files = open(['one/a.conf', 'two/b.conf'], ['dir']);
    expect((await files.policyFile())?.path).toBe(at('standard/policy.yaml'));
    for (const place of ['one', 'two', 'dir']) {
      write({ [`${place}/policy.yaml`]: '' });
      expect((await files.policyFile())?.path).toBe(at(`${place}/policy.yaml`));
    }
  });

  it('is named by the last snippet of a folder', async () => {
    write({
      'dir/10.conf': '[oslo_policy]\npolicy_file = ten.yaml',
      'dir/20.conf': '[oslo_policy]\npolicy_file = twenty.yaml',
      'dir/30.txt': '[oslo_policy]\npolicy_file = thirty.yaml',
      'dir/twenty.yaml': '',
    });
    expect((await open([], ['dir']).policyFile())?.path).toBe(at('dir/twenty.yaml'));
  });

  it('is what the environment names, before any file', async () => {
    write({ 'etc/keystone.conf': '[oslo_policy]\npolicy_file = ignored.yaml', 'etc/rules.yaml': '' });
    const files = open(['etc/keystone.conf'], [], { OS_OSLO_POLICY__POLICY_FILE: 'rules.yaml' });
    expect((await files.policyFile())?.path).toBe(at('etc/rules.yaml'));
  });

  it('may be absolute, and may not be there', async () => {
    write({ 'etc/keystone.conf': `[oslo_policy]\npolicy_file = ${at('elsewhere.yaml')}` });
    expect(await open(['etc/keystone.conf']).policyFile()).toBeNull();
    write({ 'elsewhere.yaml': '' });
    expect((await open(['etc/keystone.conf']).policyFile())?.path).toBe(at('elsewhere.yaml'));
  });

  it('is refused when it is no file', async () => {
    write({ 'etc/keystone.conf': '', 'etc/policy.yaml/x': '' });
    await expect(open(['etc/keystone.conf']).policyFile()).rejects.toMatchObject({
      name: 'PolicyFileUnreadable',
      message: `${at('etc/policy.yaml')} can't be read: EISDIR: illegal operation on a directory.`,
    });
  });

  it('is not there where a folder of the search path is a file', async () => {
    write({ 'etc/keystone.conf': '', standard: '' });
    expect(await open(['etc/keystone.conf']).policyFile()).toBeNull();
  });

  it.each([['policy.yaml'], ['policy.json']])(
    'is refused when nobody can tell whether %s is there',
    async (name) => {
      write({ 'etc/keystone.conf': '' });
      symlinkSync(name, at(`etc/${name}`));
      const files = open(['etc/keystone.conf']);
      const asked = name === 'policy.yaml' ? files.overrides() : files.abandonedJson();
      await expect(asked).rejects.toMatchObject({
        name: 'PolicyFileUnreadable',
        message: `${at(`etc/${name}`)} can't be read: ELOOP: too many symbolic links encountered.`,
      });
    },
  );

  it('leaves a policy.json aside that nothing names', async () => {
    write({
      'etc/keystone.conf': '',
      'etc/policy.json': '{}',
      'etc/named.conf': '[oslo_policy]\npolicy_file = x',
    });
    expect(await open(['etc/keystone.conf']).policyFile()).toBeNull();
    expect(await open(['etc/keystone.conf']).abandonedJson()).toBe(at('etc/policy.json'));
    expect(await open(['etc/named.conf']).abandonedJson()).toBeNull();
  });
});

describe('the overrides', () => {
  it('are those of the file, then of policy.d in order, without hidden files and folders', async () => {
    write({
      'etc/keystone.conf': '',
      'etc/policy.yaml': 'a: file\nb: file\nc: file',
      'etc/policy.d/20.yaml': 'a: twenty',
      'etc/policy.d/10.yaml': 'a: ten\nb: ten',
      'etc/policy.d/.30.yaml': 'c: hidden',
      'etc/policy.d/deep/40.yaml': 'c: deep',
    });
    const files = open(['etc/keystone.conf']);
    expect(await valuesOf(files)).toEqual({ a: 'twenty', b: 'ten', c: 'file' });
    expect((await files.overrides()).get('b')?.path).toBe(at('etc/policy.d/10.yaml'));
  });

  it('come from every policy_dirs line of every file', async () => {
    write({
      'etc/one.conf': '[oslo_policy]\npolicy_dirs = x.d\npolicy_dirs=y.d\npolicy_dirs = missing.d',
      'etc/two.conf': '[oslo_policy]\npolicy_dirs = z.d',
      'etc/policy.d/a.yaml': 'unused: 1',
      'etc/x.d/a.yaml': 'in-x: 1\nall: x',
      'etc/y.d/a.yaml': 'in-y: 1\nall: y',
      'etc/z.d/a.yaml': 'in-z: 1\nall: z',
    });
    expect(await valuesOf(open(['etc/one.conf', 'etc/two.conf']))).toEqual({
      'in-x': 1,
      'in-y': 1,
      'in-z': 1,
      all: 'z',
    });
  });

  it('are read as PyYAML does', async () => {
    write({ 'etc/keystone.conf': '', 'etc/policy.yaml': 'a: 1\na: ""\nb:\nc: []\nd: no\n# e: x' });
    expect(await valuesOf(open(['etc/keystone.conf']))).toEqual({ a: '', b: null, c: [], d: false });
  });

  it.each(['', '# nothing', '{}', 'null'])('are none in %j', async (text) => {
    write({ 'etc/keystone.conf': '', 'etc/policy.yaml': text });
    expect(await valuesOf(open(['etc/keystone.conf']))).toEqual({});
  });

  it.each([
    ['a: @', /is not valid YAML: Plain value cannot start with reserved character @ at line 1, column 4\.$/],
    ['a: "open', /is not valid YAML: Missing closing "quote at line 1, column 9\.$/],
    ['- a', /holds no mapping of rules\.$/],
    ['word', /holds no mapping of rules\.$/],
  ])('are refused in %j', async (text, message) => {
    write({ 'etc/keystone.conf': '', 'etc/policy.yaml': text });
    await expect(open(['etc/keystone.conf']).overrides()).rejects.toMatchObject({
      name: 'PolicyFileMalformed',
      message: expect.stringMatching(message),
      cure: `Correct ${at('etc/policy.yaml')}.`,
    });
  });
});
