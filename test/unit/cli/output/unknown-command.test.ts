import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { unknownCommand } from '../../../../src/cli/output/unknown-command.ts';

const ids = Object.keys(JSON.parse(readFileSync('oclif.manifest.json', 'utf8')).commands as object);
const told = (line: string): string => {
  const { message, cure } = unknownCommand(line.split(' '), ids);
  return `${message} ${cure}`;
};

it.each([
  ['a letter too many', 'roles list', 'role list'],
  ['two letters swapped', 'role lsit', 'role list'],
  ['a letter left out', 'workfow list', 'workflow list'],
  ['both words', 'usr craete alice', 'user create'],
  ['a shell habit', 'role ls', 'role list'],
  ['capitals', 'Role List', 'role list'],
  ['verb first', 'create role', 'role create'],
  ['verb first, with an argument', 'delete user bob', 'user delete'],
  ['a word left out in the middle', 'status check', 'status upgrade check'],
  ['a word left out at the start, with an argument', 'password set alice', 'user password set'],
  ['one word', 'dwon', 'down'],
  ['a topic', 'rols', 'role'],
  ['a topic below a topic', 'user passwd alice', 'user password'],
])('did you mean: %s', (_, typed, meant) =>
  expect(told(typed)).toContain(`Did you mean \`keyward ${meant}\`?`),
);

it.each([
  ['nothing like it', 'foo', "There is no command 'foo'. `keyward help` lists the commands."],
  ['what fits ten commands', 'list', "There is no command 'list'. `keyward help` lists the commands."],
  [
    'an unknown verb',
    'role rm x',
    "There is no command 'role rm'. `keyward role --help` lists what there is.",
  ],
  [
    'an argument that may be a password',
    'user password alice s3cret',
    "There is no command 'user password alice'. `keyward user password --help` lists what there is.",
  ],
  [
    'an argument for a command without any',
    'role list extra',
    '`keyward role list` takes no arguments, and was given 1. `keyward role list --help` lists its flags.',
  ],
  [
    'a flag where the command should be',
    '--config-file=x role list',
    '--config-file stands where the command should. Name the command first: `keyward COMMAND --flag`; `keyward help` lists the commands.',
  ],
])('without a guess: %s', (_, typed, sentences) => expect(told(typed)).toBe(sentences));
