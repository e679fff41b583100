import { Args, Flags } from '@oclif/core';
import { UsageError } from '../../rules/errors.ts';
import { formatFlags } from './format-flags.ts';
import { repeated, text } from './flag-kinds.ts';

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
export const parentFlag = { parent: text('the project above it (name or ID)') };
export const orShowFlag = { 'or-show': Flags.boolean({ description: 'show it if it exists already' }) };
/** What is said where a user is made immutable. */
export const IMMUTABLE_USER_NOTE =
  'Note: keyward refuses to change an immutable user; the API of Keystone itself does not know the flag.';
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

export const roleFilterFlags = {
  'all-domains': Flags.boolean({ description: 'also the roles of domains', exclusive: ['domain'] }),
};
export const userFilterFlags = {
  project: text('only those with a role of their own on this project (name or ID)'),
};
export const projectFilterFlags = {
  parent: text('only those right below this project or domain (name or ID)'),
  user: text(
    'only those that this user has a role on, disabled ones too (name or ID; a name is looked up in --domain)',
  ),
  tags: text('only those that have all of these tags, separated by commas'),
  'tags-any': text('only those that have any of these tags'),
  'not-tags': text('only those that lack at least one of these tags'),
  'not-tags-any': text('only those that have none of these tags'),
};
export const familyFlags = {
  parents: Flags.boolean({ description: 'also what is above it, as IDs' }),
  children: Flags.boolean({ description: 'also what is below it, as IDs' }),
};
export const cascadeFlag = {
  cascade: Flags.boolean({ description: 'delete the projects below it too' }),
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
