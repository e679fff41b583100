import { Flags } from '@oclif/core';
import { assertId, type Stated, type StatedCaller, type StatedDomain } from '../../rules/compute/caller.ts';
import { UsageError } from '../../rules/errors.ts';
import { type Parsed, repeated } from './flag-kinds.ts';

/** What a flag or its variable says; a flag is what was typed, and beats every variable. */
type Word = { value: string; isTyped: boolean };

const word = (description: string, env: string) =>
  Flags.custom<Word>({
    description,
    env,
    helpGroup: 'WHO ACTS',
    // What comes from a variable has no place on the command line.
    parse: (value, { token }) => Promise.resolve({ value, isTyped: token !== undefined }),
  })();

/**
 * The flags of a command on Nova that acts for somebody: openstackclient's words for who that is, and the identity
 * database in which names are looked up. An empty variable counts as unset.
 */
export const callerFlags = {
  'os-username': word('the user who acts, by name', 'OS_USERNAME'),
  'os-user-id': word('the user who acts, by ID', 'OS_USER_ID'),
  'os-user-domain-name': word(
    "the user's domain, by name; the default one if none is named",
    'OS_USER_DOMAIN_NAME',
  ),
  'os-user-domain-id': word("the user's domain, by ID", 'OS_USER_DOMAIN_ID'),
  'os-project-name': word('the project in which they act, by name', 'OS_PROJECT_NAME'),
  'os-project-id': word('the project in which they act, by ID', 'OS_PROJECT_ID'),
  'os-project-domain-name': word("the project's domain, by name", 'OS_PROJECT_DOMAIN_NAME'),
  'os-project-domain-id': word("the project's domain, by ID", 'OS_PROJECT_DOMAIN_ID'),
  'keystone-config-file': repeated('a keystone.conf whose database names are looked up in', {
    helpGroup: 'CONFIGURATION',
  }),
  'keystone-config-dir': repeated('a folder whose *.conf files are read after those', {
    helpGroup: 'CONFIGURATION',
  }),
};
export type CallerFlags = Parsed<typeof callerFlags>;

/** Reads who acts from the flags. Throws a UsageError for what contradicts itself or can't be an id. */
export const statedCaller = (flags: CallerFlags): StatedCaller => ({
  user: stated(flags, 'os-user-id', 'os-username', domainOf(flags, 'os-user-domain')),
  project: stated(flags, 'os-project-id', 'os-project-name', domainOf(flags, 'os-project-domain')),
});

type WordFlag = Exclude<keyof typeof callerFlags, 'keystone-config-file' | 'keystone-config-dir'>;

function stated(flags: CallerFlags, id: WordFlag, name: WordFlag, domain: StatedDomain): Stated | null {
  const flag = chosen(flags, id, name);
  if (flag === null) return null;
  const { value } = flags[flag]!;
  return flag === id ? { id: value } : { name: value, domain };
}

function domainOf(flags: CallerFlags, flag: 'os-user-domain' | 'os-project-domain'): StatedDomain {
  const chosenFlag = chosen(flags, `${flag}-id`, `${flag}-name`);
  if (chosenFlag === null) return null;
  const { value } = flags[chosenFlag]!;
  return chosenFlag.endsWith('-id') ? { id: value } : { name: value };
}

/** Of an id and a name the typed one counts, and of two variables the id: openrc files set both. */
function chosen(flags: CallerFlags, id: WordFlag, name: WordFlag): WordFlag | null {
  const given = [id, name].filter((flag) => flags[flag] !== undefined);
  const typed = given.filter((flag) => flags[flag]!.isTyped);
  if (typed.length > 1)
    throw new UsageError(`--${id} and --${name} were both given.`, 'Leave one of them out.');
  const flag = typed[0] ?? given[0] ?? null;
  if (flag === null) return null;
  const { value, isTyped } = flags[flag]!;
  if (value === '') throw new UsageError(`--${flag} is empty.`, 'Give a value, or leave it out.');
  if (flag === id) assertId(value, isTyped ? `--${flag}` : callerFlags[flag].env!);
  return flag;
}
