import { UsageError } from '../../rules/errors.ts';
import { closestNames, didYouMean } from '../../rules/closest.ts';

/** What oclif knows of a command that was typed; without an id, it is not known which one it was. */
export type Typed = {
  id?: string | undefined;
  strict?: boolean;
  args?: Record<string, { options?: readonly string[] }>;
  flags?: Record<string, { type?: string; required?: boolean; options?: readonly string[] }>;
};
type OclifError = Error & { args?: { name: string; options?: string[] }[]; flags?: string[] };
type Tell = (found: string[], typed: Typed, error: OclifError) => [message: string, cure: string];

/**
 * Puts an error of oclif's parser into keyward's words. Most of them hold nothing but a message, so its beginning tells which
 * one it is; a value that was typed is repeated only where it can't be a secret.
 */
export function usageErrorOf(error: OclifError, typed: Typed): UsageError {
  const text = plain(error.message);
  for (const [pattern, tell] of SENTENCES) {
    const found = pattern.exec(text);
    if (found) return new UsageError(...tell(found.slice(1), typed, error));
  }
  return new UsageError(/[.!?]$/.test(text) ? text : `${text}.`, seeHelp(typed));
}

const SENTENCES: [RegExp, Tell][] = [
  [
    /^Missing \d+ required arg/,
    (_, typed, { args = [] }) => {
      const names = args.map(
        ({ name, options }) => name.toUpperCase() + (options ? ` (${options.join(' or ')})` : ''),
      );
      return [`${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} missing.`, writeIt(typed)];
    },
  ],
  [
    /^Unexpected argument/,
    (_, typed, { args: { length } = [] }) => [
      `There ${length > 1 ? `are ${length} arguments` : 'is one argument'} too many: the command takes ${argsOf(typed).join(' ') || 'none'}.`,
      `A value with spaces in it needs quotes. ${seeHelp(typed)}`,
    ],
  ],
  [/^Nonexistent flag/, (_, typed, { flags = [] }) => noSuchFlag(flags[0]!.split('=')[0]!, typed)],
  [
    /^Expected --([\w-]+)=(.*) to be one of: (.*)/,
    ([flag, value, options]) => [`--${flag} can't be '${value}'.`, oneOf(value!, options!)],
  ],
  [
    /^Expected (.*) to be one of: (.*)/,
    ([value, options], { args = {} }) => {
      const [name] = Object.keys(args).filter((arg) => args[arg]!.options?.join(', ') === options);
      return [`${name?.toUpperCase() ?? 'The argument'} can't be '${value}'.`, oneOf(value!, options!)];
    },
  ],
  [
    /^Flag --([\w-]+) expects one of these values: (.*)/,
    ([flag, options]) => [`--${flag} needs a value.`, oneOf('', options!)],
  ],
  [/^Flag --([\w-]+) expects a value/, ([flag]) => [`--${flag} needs a value.`, `Write --${flag}=VALUE.`]],
  [
    /^Flag --([\w-]+) can only be specified once/,
    ([flag]) => [`--${flag} is given more than once.`, 'Give it once.'],
  ],
  [
    /^Parsing --([\w-]+) Expected an integer but received: (.*)/,
    ([flag, value], typed) => [`--${flag} takes a whole number, not '${value}'.`, seeHelp(typed)],
  ],
  [
    /^Parsing --([\w-]+) Expected an integer (greater|less) than or equal to (-?\d+) but received: (.*)/,
    ([flag, way, bound, value], typed) => [
      `--${flag} is at ${way === 'greater' ? 'least' : 'most'} ${bound}, not ${value}.`,
      seeHelp(typed),
    ],
  ],
  [
    /--([\w-]+)(?:=.*?)? cannot also be provided when using --([\w-]+)/,
    ([one, other]) => [`--${other} and --${one} can't be given together.`, 'Leave one of them out.'],
  ],
  [/Missing required flag ([\w-]+)/, ([flag], typed) => [`--${flag} is missing.`, writeIt(typed)]],
];

/** Leaves out what oclif adds about help, and joins all complaints on one line. */
const plain = (message: string): string =>
  message
    .split(/\n(?:See more help|Note: )/)[0]!
    .trim()
    .replace(/^The following errors? occurred:\s*/, '')
    .replaceAll(/\s*\n\s*/g, ' ');

const noSuchFlag = (flag: string, typed: Typed): [string, string] => {
  const known = Object.keys(typed.flags ?? {});
  const bare = flag.replace(/^-+/, '');
  const near = bare.length > 1 ? closestNames(bare, known) : [];
  return [`There is no flag ${flag}.`, `${didYouMean(near.map((name) => `--${name}`))}${seeHelp(typed)}`];
};

const oneOf = (value: string, options: string): string => {
  const names = options.split(', ');
  const near = value ? closestNames(value, names) : [];
  return names.length > 1 ? `${didYouMean(near)}It is one of: ${options}.` : `Write ${options}.`;
};

const seeHelp = ({ id }: Typed): string =>
  id === undefined ? '`keyward help` lists the commands.' : `See \`keyward ${spaced(id)} --help\`.`;

/** Suggests the shortest command line that oclif would take. */
function writeIt(typed: Typed): string {
  if (typed.id === undefined) return seeHelp(typed);
  const flags = Object.entries(typed.flags ?? {}).flatMap(([name, { required }]) =>
    required ? [`--${name}=${name.toUpperCase()}`] : [],
  );
  return `Write \`${['keyward', spaced(typed.id), ...argsOf(typed), ...flags].join(' ')}\`.`;
}

const argsOf = ({ args = {}, strict }: Typed): string[] =>
  Object.keys(args).map((name) => name.toUpperCase() + (strict === false ? '...' : ''));

const spaced = (id: string): string => id.replaceAll(':', ' ');

/**
 * Refuses what oclif would take for something else: it reads `--flag=no` of a flag without a value as the flag and an
 * argument `no`, and `-flag value` as a short flag whose value is `lag`.
 */
export function assertMeant(argv: string[], typed: Typed): void {
  const flags = typed.flags ?? {};
  for (let at = 0; at < argv.length && argv[at] !== '--'; at += 1) {
    const [, dashes, name, value] = /^(--?)([\w-]+)(=.*)?$/s.exec(argv[at]!) ?? [];
    const flag = name === undefined ? undefined : flags[name];
    if (!flag) continue;
    if (dashes === '-' && name!.length > 1)
      throw new UsageError(`There is no flag -${name}.`, `Did you mean --${name}?`);
    if (flag.type === 'boolean' && value !== undefined)
      throw new UsageError(`--${name} takes no value.`, `Write --${name}, or ${opposite(name!, flags)}.`);
    // The next argument is the flag's value, however it looks.
    if (flag.type === 'option' && value === undefined) at += 1;
  }
}

const opposite = (name: string, flags: object): string =>
  [`no-${name}`, name.replace('enable', 'disable')]
    .filter((other) => other !== name && other in flags)
    .map((other) => `--${other}`)[0] ?? 'leave it out';
