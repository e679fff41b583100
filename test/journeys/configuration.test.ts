import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listParts } from '../../src/daemons/parts.ts';
import { TestHome } from '../support/home/cli.ts';

const OTHER = 'other';
const CANARY = 'canary-Pw-51d0';
const home = new TestHome();
const urlOf = (database: string): string => home.urlOf(database, CANARY);
const VARIABLE = 'OS_DATABASE__CONNECTION';
const BOOTSTRAP = ['bootstrap', '--bootstrap-password-stdin', '--bootstrap-public-url', 'http://k:5000/v3'];
const PASSWORD = { input: 'configuration-Pw-1\n' };

/** Writes a keystone.conf into the home and gives the flags that name it. */
function configured(text: string, name = 'keystone.conf'): string[] {
  writeFileSync(path.join(home.dir, name), text);
  return ['--config-file', path.join(home.dir, name)];
}

const environmentOf = (pid: number): string => readFileSync(`/proc/${pid}/environ`, 'utf8');
const rolesIn = (database: string) => home.query('select name from role order by name', database);

afterAll(() => home.remove());

describe('a configuration that gives no connection starts nothing', () => {
  it.each<[string, string, RegExp]>([
    ['an empty file', '', /No \[database\] connection is set in .*keystone\.conf\..*--embedded/],
    ['a misspelt section', `[databse]\nconnection = ${CANARY}\n`, /No \[database\] connection/],
    ['an empty value', '[database]\nconnection =\n', /\[database\] connection is empty\..*--embedded/],
    ['a key above any section', `connection = ${CANARY}\n[database]\n`, /line 1: .*section/],
    ['a line that is none', '[database]\nconnection\n', /line 2: /],
    ['an unknown reference', `[database]\nconnection = x://u:$${CANARY}@h/d\n`, /\$\$/],
  ])('%s', async (_, text, message) => {
    const { code, stderr, stdout } = await home.run([...BOOTSTRAP, ...configured(text)], PASSWORD);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(CANARY);
    expect(listParts(home.home).filter(({ pid }) => pid !== null)).toEqual([]);
  });

  it('nor does a folder without one', async () => {
    const { code, stderr } = await home.run(['db', 'version', '--config-dir', home.home.logDir]);
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringMatching(/No \[database\]/) });
  });
});

describe('--embedded', () => {
  it('means the embedded database, and the commands in cures keep it', async () => {
    const flags = [...configured('[cache]\nenabled = false\n'), '--embedded'];
    const { stderr } = await home.run(['role', 'list', ...flags]);
    const [, cure] = /`(keyward db sync [^`]+)`/.exec(stderr)!;
    expect(cure).toMatch(/ --config-file \S+ --embedded$/);
    expect(await home.shell(cure!)).toMatchObject({ code: 0 });
    expect(await home.run(['role', 'list', ...flags])).toMatchObject({ code: 0, stderr: '' });
    expect(await rolesIn('keystone')).toEqual([]);
  });

  it('is kept by the remedies of checks', async () => {
    const flags = [...configured('[cache]\nenabled = false\n'), '--embedded'];
    const { stdout } = await home.run(['status', 'upgrade', 'check', ...flags, '-f', 'json']);
    const remedies = (JSON.parse(stdout) as { Remedy: string | null }[]).map(({ Remedy }) => Remedy);
    expect(remedies).toContainEqual(
      expect.stringMatching(/^keyward bootstrap --config-file \S+ --embedded$/),
    );
  });

  it.each<[string, string, NodeJS.ProcessEnv, RegExp]>([
    [
      'a file',
      `[database]\nconnection = x://u:${CANARY}@h/d\n`,
      {},
      /keystone\.conf \[database\] connection/,
    ],
    ['a variable of Keystone', '', { [VARIABLE]: `x://u:${CANARY}@h/d` }, /OS_DATABASE__CONNECTION/],
    ['our variable', '', { KEYWARD_KEYSTONE_DATABASE_URL: `x://u:${CANARY}@h/d` }, /KEYWARD_KEYSTONE_D/],
  ])('is refused where %s names a database', async (_, text, env, message) => {
    const { code, stderr } = await home.run(['db', 'version', '--embedded', ...configured(text)], { env });
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringMatching(message) });
    expect(stderr).not.toContain(CANARY);
  });
});

describe('the database of the configuration', () => {
  beforeAll(async () => {
    await home.run(['up']);
    await home.query(`create database ${OTHER}`, 'postgres');
    expect(
      await home.run(['db', 'sync'], { env: { KEYWARD_KEYSTONE_DATABASE_URL: urlOf(OTHER) } }),
    ).toMatchObject({ code: 0 });
  });

  it.each(['DATABASE', 'Database'])('is found in [%s]', async (section) => {
    const shown = await home.run([
      'db',
      'url',
      'identity',
      ...configured(`[${section}]\nconnection = ${urlOf(OTHER)}\n`),
    ]);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(`/${OTHER}?`) });
  });

  it('is found through references over files', async () => {
    const flags = [
      ...configured(`[database]\nconnection = ${urlOf('$identity.default_domain_id')}\n`),
      ...configured(`[identity]\ndefault_domain_id = ${OTHER}\n`, 'more.conf'),
    ];
    expect(await home.run(['db', 'url', 'identity', ...flags])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`/${OTHER}?`),
    });
  });

  it("is that of Keystone's variable before a file, and of ours before both", async () => {
    const file = configured(`[database]\nconnection = ${urlOf('in_file')}\n`);
    const env = { [VARIABLE]: urlOf('in_variable') };
    const ours = { ...env, KEYWARD_KEYSTONE_DATABASE_URL: urlOf('in_ours') };
    const shown = async (given: NodeJS.ProcessEnv) =>
      (await home.run(['db', 'url', 'identity', ...file], { env: given })).stdout;
    expect(await shown({})).toContain('/in_file?');
    expect(await shown(env)).toContain('/in_variable?');
    expect(await shown(ours)).toContain('/in_ours?');
  });

  it("is the worker's too where Keystone's variable names it, and no other process inherits that", async () => {
    const outcome = await home.run(BOOTSTRAP, { env: { [VARIABLE]: urlOf(OTHER) }, ...PASSWORD });
    expect(outcome).toMatchObject({ code: 0 });
    expect(await rolesIn(OTHER)).toContainEqual({ name: 'admin' });
    expect(await rolesIn('keystone')).toEqual([]);
    const parts = listParts(home.home).filter(({ pid }) => pid !== null);
    const knowing = parts.filter(({ pid }) => environmentOf(pid!).includes(`/${OTHER}?`));
    expect(knowing.map(({ part }) => part)).toEqual([expect.stringMatching(/^worker /)]);
    for (const { pid } of parts) expect(environmentOf(pid!)).not.toContain(VARIABLE);
  });

  it('a domain id of the environment beats that of a file', async () => {
    const file = configured(
      `[database]\nconnection = ${urlOf(OTHER)}\n[identity]\ndefault_domain_id = ${'x'.repeat(70)}\n`,
    );
    const env = { OS_IDENTITY__DEFAULT_DOMAIN_ID: 'default' };
    expect(await home.run(['db', 'version', ...file], { env })).toMatchObject({ code: 0 });
    expect(await home.run(['db', 'version', ...file])).toMatchObject({ code: 64 });
  });
});
