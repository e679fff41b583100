import { Args, Flags } from '@oclif/core';
import { UsageError } from '../../rules/errors.ts';
import { formatFlags } from './format-flags.ts';
import { repeated, text } from './text.ts';

/** openstackclient's words, for every kind that has them. */
export const domainFlag = { domain: text('the domain that it belongs to (name or ID)') };
export const descriptionFlag = { description: text('its description') };
export const nameFlag = { name: text('its new name') };
export const enableFlags = {
  enable: Flags.boolean({ description: 'enable it', exclusive: ['disable'] }),
  disable: Flags.boolean({ description: 'disable it' }),
};
export const immutableFlags = {
  immutable: Flags.boolean({
    description: 'refuse every change and its deletion until the flag is taken off',
    exclusive: ['no-immutable'],
  }),
  'no-immutable': Flags.boolean({ description: 'let it be changed and deleted' }),
};
export const orShowFlag = { 'or-show': Flags.boolean({ description: 'show it if it exists already' }) };
export const userFlags = {
  project: text('the default project (name or ID)'),
  'project-domain': text('the domain of the default project (name or ID)'),
  email: text('the email address'),
};
export const passwordFlags = {
  password: Flags.string({
    description: 'the password; others on this host can see it in `ps`',
    exclusive: ['password-prompt', 'password-file', 'password-stdin'],
  }),
  'password-prompt': Flags.boolean({
    description: 'ask for the password on the terminal',
    exclusive: ['password-file', 'password-stdin'],
  }),
  'password-file': Flags.string({
    description: 'a private file that holds the password',
    exclusive: ['password-stdin'],
  }),
  'password-stdin': Flags.boolean({ description: 'read the password from standard input' }),
};
export const projectFlags = {
  tag: repeated('a tag to add; may be given several times'),
  property: repeated('a property to set, as key=value; may be given several times'),
};
export const tagRemovalFlags = {
  'clear-tags': Flags.boolean({ description: 'remove all tags; those of --tag are then added' }),
  'remove-tag': repeated('a tag to remove; may be given several times'),
};
export const limitFlag = {
  limit: Flags.integer({
    description: 'at most this many (also --max-items); a table shows 1000 if nothing is said',
    aliases: ['max-items'],
    min: 1,
  }),
};
export const LIST_DESCRIPTION =
  'In the order of their IDs. A table shows one page; csv, value, json and yaml give all, however many there are. With ' +
  '--sort-column all are read first, and shown in that order. Which are immutable is shown with --long, --immutable, ' +
  '--mutable or -c Immutable, so that scripts find the columns where openstackclient has them.';
export const listFlags = {
  ...formatFlags,
  name: text('only those of this name'),
  immutable: Flags.boolean({ description: 'only immutable ones', exclusive: ['mutable'] }),
  mutable: Flags.boolean({ description: 'only mutable ones' }),
  ...limitFlag,
  marker: text('only those after this ID, the last one of the page before'),
};
export const enabledFilterFlags = {
  enabled: Flags.boolean({ description: 'only enabled ones', exclusive: ['disabled'] }),
  disabled: Flags.boolean({ description: 'only disabled ones' }),
};
export const longFlag = {
  long: Flags.boolean({ description: 'show more columns, and which are immutable' }),
};

/** One thing, or several, by name or ID. */
export const oneArg = (what: string) => ({
  [what]: Args.string({ ignoreStdin: true, required: true, description: `the ${what} (name or ID)` }),
});
export const newArg = { name: Args.string({ ignoreStdin: true, required: true, description: 'its name' }) };

/** oclif gives all that follows as argv; each is a name or an ID. */
export function namesOf(argv: unknown[], what: string): string[] {
  const names = argv.map(String);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`The ${what} '${twice}' is named twice.`, 'Name it once.');
  return names;
}
