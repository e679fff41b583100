import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';

const home = TestHome.clone();
const PASSWORD = 'input-Pw-1';
const json = home.json.bind(home);
const fails = (args: string[], code: number, stderr: RegExp, options = {}) =>
  expect(home.run(args, options)).resolves.toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringMatching(stderr),
  });
const audited = async (): Promise<number> => (await home.query('select from keyward.audit')).length;

beforeAll(async () => {
  await home.run(['db', 'sync']);
  const bootstrap = ['bootstrap', '--bootstrap-password-stdin', '--bootstrap-region-id', 'RegionOne'];
  expect(await home.run(bootstrap, { input: `${PASSWORD}\n` })).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

describe('what a tired operator types wrong changes nothing', () => {
  beforeAll(async () => {
    await json('user', 'create', 'alice');
    await json('project', 'create', 'shop');
    for (const domain of ['east', 'west']) {
      await json('domain', 'create', domain);
      await json('project', 'create', 'twin', '--domain', domain);
    }
  });

  it.each<[string, string[], number, RegExp]>([
    ['an empty name', ['role', 'create', ''], 64, /name of a role can't be empty/],
    ['a blank name', ['project', 'create', '  '], 64, /name of a project can't be empty/],
    ['a long role name', ['role', 'create', 'x'.repeat(256)], 64, /at most 255 characters/],
    ['a long project name', ['project', 'create', '🚀'.repeat(65)], 64, /at most 64 characters/],
    ['an unknown ID', ['user', 'show', 'f'.repeat(32)], 1, /No user with a name or ID/],
    [
      'a name that two domains hold',
      ['project', 'delete', 'twin'],
      1,
      /More than one project is named 'twin': \w{32} \(domain \w{32}\), \w{32}/,
    ],
    ['a name that is taken', ['role', 'create', 'admin'], 1, /There is one already: name admin\. Nothing/],
    [
      "a domain's name that is taken",
      ['domain', 'create', 'east'],
      1,
      /There is one already: name east\. Nothing/,
    ],
    [
      'a name that is taken in its domain',
      ['user', 'create', 'alice'],
      1,
      /There is one already: domain_id default, name alice\. Nothing/,
    ],
    [
      'a parent that is not there',
      ['project', 'create', 'p', '--parent', 'nosuch'],
      1,
      /No project with .*'nosuch'/,
    ],
    [
      'no name at all',
      ['project', 'delete', '--cascade'],
      64,
      /^Error: PROJECT is missing\. Write `keyward project delete PROJECT\.\.\.`/,
    ],
    [
      'a shell that completion does not know',
      ['autocomplete', 'fish'],
      64,
      /can't be 'fish'\. .*It is one of/,
    ],
    [
      'a file without a name',
      ['bootstrap', '--generate-password='],
      64,
      /--generate-password= names no file/,
    ],
    ['a tag with a comma', ['project', 'set', 'shop', '--tag', 'a,b'], 64, /'a,b' is no tag/],
    ['a tag with a slash', ['project', 'create', 'p', '--tag', 'a/b'], 64, /'a\/b' is no tag/],
    ['a property without a value', ['project', 'set', 'shop', '--property', 'x'], 64, /'x' is no property/],
    [
      'a property that is an attribute',
      ['project', 'set', 'shop', '--property', 'enabled=no'],
      64,
      /attribute of its own/,
    ],
    [
      'both flags',
      ['role', 'set', '--immutable', '--no-immutable', 'reader'],
      64,
      /--immutable and --no-immutable can't be given together/,
    ],
    [
      'rules of which one is there twice',
      ['user', 'set', 'alice', '--multi-factor-auth-rule', 'totp', '--multi-factor-auth-rule', 'totp'],
      64,
      /no rule twice/,
    ],
    [
      'both flags of an option',
      ['user', 'set', 'alice', '--enable-lock-password', '--disable-lock-password'],
      64,
      /--enable-lock-password and --disable-lock-password can't/,
    ],
    ['nothing to set', ['role', 'set', 'reader'], 64, /Nothing was said to change/],
    [
      'one name for several',
      ['role', 'set', '--name', 'x', 'reader', 'member'],
      64,
      /--name can be given to one only/,
    ],
    ['the same twice', ['role', 'delete', 'reader', 'reader'], 64, /named twice/],
    [
      'a role that implies itself',
      ['implied', 'role', 'create', 'service', '--implied-role', 'service'],
      1,
      /can't imply itself/,
    ],
    [
      'admin as an implied role',
      ['implied', 'role', 'create', 'service', '--implied-role', 'admin'],
      1,
      /cannot be an implied roles/,
    ],
    [
      'a grant on nothing',
      ['role', 'add', 'member', '--user', 'alice'],
      64,
      /Give --project, --domain or --system all/,
    ],
    ['a grant of nobody', ['role', 'add', 'member', '--system', 'all'], 64, /Give --user/],
    [
      'a password given twice, which is not repeated',
      ['user', 'create', 'bob', '--password', 's3cret', '--password-stdin'],
      64,
      /^Error: --password and --password-stdin can't be given together\. Leave one of them out\.\n$/,
    ],
    ['an empty password', ['user', 'create', 'bob', '--password', ''], 64, /The password is empty/],
    ['a value for a flag without one', ['user', 'set', '--immutable=false', 'alice'], 64, /takes no value/],
    ['a command that is misspelt', ['user', 'lsit'], 64, /Did you mean `keyward user list`\?/],
    ['a flag that is misspelt', ['user', 'list', '--lnog'], 64, /Did you mean --long\?/],
    ["a plugin's command", ['help', '--nosuch'], 64, /^Error: There is no flag --nosuch\./],
    ['a prompt without a terminal', ['user', 'password', 'set', 'admin'], 64, /no terminal to ask/],
    [
      'an unknown domain',
      ['user', 'create', 'bob', '--domain', 'nowhere'],
      1,
      /No domain with a name or ID of 'nowhere'/,
    ],
    ['the root domain', ['domain', 'show', '<<keystone.domain.root>>'], 1, /No domain with a name or ID/],
  ])('%s', async (_, args, code, stderr) => {
    const before = await audited();
    await fails(args, code, stderr);
    expect(await audited()).toBe(before);
  });

  it('a repeatable flag takes one value, and what follows is an argument', async () => {
    const shown = await home.run(['role', 'show', '-f', 'value', '-c', 'name', 'reader']);
    expect(shown).toMatchObject({ code: 0, stdout: 'reader\n' });
    await home.run(['project', 'create', 'stall']);
    expect(await home.run(['project', 'set', '--tag', 'open', 'shop', 'stall'])).toMatchObject({ code: 0 });
    expect((await json('project', 'show', 'stall')).tags).toEqual(['open']);
  });

  it('names with emoji are names like others', async () => {
    expect((await json('role', 'create', '🚀 crew')).name).toBe('🚀 crew');
    expect(await home.run(['role', 'delete', '🚀 crew'])).toMatchObject({ code: 0 });
  });
});
