import { Args, Flags } from '@oclif/core';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { BaseCommand } from '../../../../src/cli/base-command.ts';
import { bootstrapFlags } from '../../../../src/cli/flags/bootstrap-flags.ts';
import { usageErrorOf } from '../../../../src/cli/output/usage-errors.ts';

/** Has one flag or argument of each sort that oclif's parser can find fault with. */
class Typed extends BaseCommand {
  static override id = 'role:make';
  static override args = { role: Args.string({ required: true, ignoreStdin: true }) };
  static override flags = {
    enable: Flags.boolean({ exclusive: ['disable', 'password'] }),
    disable: Flags.boolean(),
    immutable: Flags.boolean(),
    'no-immutable': Flags.boolean(),
    format: Flags.option({ options: ['table', 'json', 'yaml'] as const })({ char: 'f' }),
    limit: Flags.integer({ min: 1, max: 9 }),
    name: Flags.string(),
    long: Flags.boolean(),
    password: Flags.string(),
    'depends-on-name': Flags.boolean({ dependsOn: ['name'] }),
  };

  async run(): Promise<void> {
    await this.parse(Typed);
  }
}

class Chosen extends BaseCommand {
  static override id = 'db:make';
  static override strict = false;
  static override args = {
    database: Args.string({ required: true, ignoreStdin: true, options: ['identity', 'compute'] }),
  };
  static override flags = { 'implied-role': Flags.string({ required: true }) };

  async run(): Promise<void> {
    await this.parse(Chosen);
  }
}

let told = '';
jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
  // Node's own warnings go to stderr as well.
  if (String(text).startsWith('Error: ')) told += String(text);
  return true;
});
afterEach(() => {
  told = '';
});

describe('what is typed wrong is told in one sentence and a cure, with 64', () => {
  it.each<[typeof Typed | typeof Chosen, string, string]>([
    [Typed, '', 'ROLE is missing. Write `keyward role make ROLE`.'],
    [
      Chosen,
      '--implied-role x',
      'DATABASE (identity or compute) is missing. Write `keyward db make DATABASE... --implied-role=IMPLIED-ROLE`.',
    ],
    [
      Chosen,
      'identity',
      '--implied-role is missing. Write `keyward db make DATABASE... --implied-role=IMPLIED-ROLE`.',
    ],
    [
      Chosen,
      'identify',
      "DATABASE can't be 'identify'. Did you mean identity? It is one of: identity, compute.",
    ],
    [
      Typed,
      'a b',
      'There is one argument too many: the command takes ROLE. A value with spaces in it needs quotes. See `keyward role make --help`.',
    ],
    [
      Typed,
      'a b c',
      'There are 2 arguments too many: the command takes ROLE. A value with spaces in it needs quotes. See `keyward role make --help`.',
    ],
    [Typed, 'a --lnog', 'There is no flag --lnog. Did you mean --long? See `keyward role make --help`.'],
    [Typed, 'a --imm', 'There is no flag --imm. Did you mean --immutable? See `keyward role make --help`.'],
    [Typed, 'a --nothing-like-it', 'There is no flag --nothing-like-it. See `keyward role make --help`.'],
    [
      Chosen,
      'identity --role=x',
      'There is no flag --role. Did you mean --implied-role? See `keyward db make --help`.',
    ],
    [Typed, 'a -x', 'There is no flag -x. See `keyward role make --help`.'],
    [Typed, 'a -long', 'There is no flag -long. Did you mean --long?'],
    [Typed, 'a -format json', 'There is no flag -format. Did you mean --format?'],
    [Typed, 'a -f jso', "--format can't be 'jso'. Did you mean json? It is one of: table, json, yaml."],
    [Typed, 'a -f', '--format needs a value. It is one of: table, json, yaml.'],
    [Typed, 'a --name', '--name needs a value. Write --name=VALUE.'],
    [Typed, 'a --name --long', '--name needs a value. Write --name=VALUE.'],
    [Typed, 'a --name x --name y', '--name is given more than once. Give it once.'],
    [Typed, 'a --limit ten', "--limit takes a whole number, not 'ten'. See `keyward role make --help`."],
    [Typed, 'a --limit 0', '--limit is at least 1, not 0. See `keyward role make --help`.'],
    [Typed, 'a --limit 10', '--limit is at most 9, not 10. See `keyward role make --help`.'],
    [Typed, 'a --enable --disable', "--enable and --disable can't be given together. Leave one of them out."],
    [Typed, 'a --immutable=false', '--immutable takes no value. Write --immutable, or --no-immutable.'],
    [Typed, 'a --enable=no', '--enable takes no value. Write --enable, or --disable.'],
    [Typed, 'a --long=', '--long takes no value. Write --long, or leave it out.'],
    [
      Typed,
      'a --depends-on-name',
      'All of the following must be provided when using --depends-on-name: --name. See `keyward role make --help`.',
    ],
  ])('%p %s', async (command, line, sentences) => {
    const argv = line.split(' ').filter(Boolean);
    await expect(command.run(argv, process.cwd())).rejects.toMatchObject({ oclif: { exit: 64 } });
    expect(told).toBe(`Error: ${sentences}\n`);
  });

  it.each(['a --passwrod=s3cret', 'a --enable --password=s3cret', 'a s3cret', '--password s3cret'])(
    'and never with what may be a secret: %s',
    async (line) => {
      await expect(Typed.run(line.split(' '), process.cwd())).rejects.toMatchObject({ oclif: { exit: 64 } });
      expect(told).toMatch(/^Error: .*\n$/);
      expect(told).not.toContain('s3cret');
    },
  );

  it('of a command that is not known, and of a complaint that is new', () =>
    expect(
      usageErrorOf(new Error('Something new\n  on two lines\nSee more help with --help'), {}),
    ).toMatchObject({
      message: 'Something new on two lines.',
      cure: '`keyward help` lists the commands.',
      exitCode: 64,
    }));
});

it.each(['--name=-x a', 'a --name -long', '-- --long=x', 'a --limit 3 -f json'])(
  'what can be meant is taken: %s',
  async (line) => expect(await Typed.run(line.split(' '), process.cwd())).toBeUndefined(),
);

it.each([
  ['--password-file', '--bootstrap-password-file'],
  ['--username', '--bootstrap-username'],
  ['--bootstrap-pasword-file', '--bootstrap-password-file'],
])("%s of a bootstrap's is near %s", (typed, meant) => {
  const error = Object.assign(new Error('Nonexistent flag'), { flags: [typed] });
  expect(usageErrorOf(error, { id: 'bootstrap', flags: bootstrapFlags }).cure).toBe(
    `Did you mean ${meant}? See \`keyward bootstrap --help\`.`,
  );
});
