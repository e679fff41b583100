import { Flags } from '@oclif/core';
import { UsageError } from '../../rules/errors.ts';
import { shellWord } from '../../rules/shell-word.ts';
import { text } from './flag-kinds.ts';

const helpGroup = 'BOOTSTRAP';
/** A flag that a variable may stand for; `given` below reads it, not oclif. */
const textOrVariable = (description: string, variable: string) =>
  text(`${description} [env: ${variable}]`, { helpGroup });

/** `keystone-manage bootstrap`'s flags, and keyward's own for passwords. */
export const bootstrapFlags = {
  'bootstrap-username': textOrVariable('the admin user; default admin', 'OS_BOOTSTRAP_USERNAME'),
  'bootstrap-password': textOrVariable(
    'its password; others on this host can see it in `ps`',
    'OS_BOOTSTRAP_PASSWORD',
  ),
  'bootstrap-password-file': text('a private file that holds the password', { helpGroup }),
  'bootstrap-password-stdin': Flags.boolean({
    description: 'read the password from standard input',
    helpGroup,
  }),
  'generate-password': Flags.string({
    description:
      'make a password, for the user if it must be created; kept in FILE, or told on stderr before the run',
    helpGroup,
    helpValue: '[FILE]',
  }),
  'bootstrap-project-name': textOrVariable('the admin project; default admin', 'OS_BOOTSTRAP_PROJECT_NAME'),
  'bootstrap-role-name': textOrVariable('the admin role; default admin', 'OS_BOOTSTRAP_ROLE_NAME'),
  'bootstrap-service-name': textOrVariable(
    'the name of the identity service; default keystone',
    'OS_BOOTSTRAP_SERVICE_NAME',
  ),
  'bootstrap-admin-url': textOrVariable('the admin endpoint', 'OS_BOOTSTRAP_ADMIN_URL'),
  'bootstrap-public-url': textOrVariable(
    'the public endpoint, e.g. https://keystone.example:5000/v3',
    'OS_BOOTSTRAP_PUBLIC_URL',
  ),
  'bootstrap-internal-url': textOrVariable('the internal endpoint', 'OS_BOOTSTRAP_INTERNAL_URL'),
  'bootstrap-region-id': textOrVariable('the region of the endpoints', 'OS_BOOTSTRAP_REGION_ID'),
  'immutable-roles': Flags.boolean({
    description: 'make new and existing default roles immutable; without it, new ones only',
    exclusive: ['no-immutable-roles'],
    helpGroup,
  }),
  'no-immutable-roles': Flags.boolean({ description: 'make new default roles mutable', helpGroup }),
  'dry-run': Flags.boolean({
    description: 'print what would change, change nothing; exit 2 if something would',
    helpGroup,
  }),
};

/** A flag beats the environment; an empty variable counts as unset, as upstream. */
export function given(flags: object, name: string): string | null {
  const flag = (flags as Record<string, unknown>)[`bootstrap-${name}`];
  if (typeof flag === 'string') return flag;
  return process.env[`OS_BOOTSTRAP_${name.toUpperCase().replaceAll('-', '_')}`] || null;
}

/** `--generate-password` alone means: print it; oclif knows no flag whose value may be left out. */
export const asOclifReads = (argv: string[]): string[] =>
  argv.map((argument, at) => {
    if (argument !== '--generate-password') return argument;
    const file = argv[at + 1];
    if (file === undefined || file.startsWith('-')) return '--generate-password=-';
    throw new UsageError(
      "--generate-password takes its file after a '=', not after a space.",
      `Write --generate-password=${shellWord(file)}.`,
    );
  });
