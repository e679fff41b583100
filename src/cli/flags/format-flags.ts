import { Flags, type Interfaces } from '@oclif/core';
import { type Parsed, repeated, text } from './flag-kinds.ts';

const helpGroup = 'OUTPUT';
const flag = (description: string) => Flags.boolean({ description, helpGroup });
/** A command may have a format of its own beside those of every list. */
export const formats = <Name extends string>(options: readonly Name[]) =>
  Flags.option({ options })({
    char: 'f',
    default: 'table' as Name,
    description: 'the output format',
    helpGroup,
  });

/** These flags of openstackclient (`cliff`) say how a result is printed, be it a list or a single thing. */
const shared = {
  column: repeated('a column to show; may be given several times', { char: 'c', helpGroup }),
  noindent: flag('json: without line breaks'),
  'max-width': Flags.integer({
    description: 'table: at most this wide; 0 for no limit',
    env: 'CLIFF_MAX_TERM_WIDTH',
    helpGroup,
  }),
  'fit-width': Flags.boolean({
    description: 'table: as wide as the terminal, also into a pipe; on a terminal it always is',
    env: 'CLIFF_FIT_WIDTH',
    helpGroup,
  }),
  quote: Flags.option({ options: ['all', 'minimal', 'none', 'nonnumeric'] as const })({
    description: 'csv: what to quote; nonnumeric if nothing is said',
    helpGroup,
  }),
};

export const listFormats = ['table', 'json', 'yaml', 'value', 'csv'] as const;

/** The flags of commands that print a list. */
export const formatFlags = {
  format: formats(listFormats),
  ...shared,
  'print-empty': flag('table: print it also if it has no rows'),
  'sort-column': repeated('a column to sort by; of several, the first one counts most', { helpGroup }),
  'sort-ascending': Flags.boolean({
    description: 'the smallest first (the default)',
    exclusive: ['sort-descending'],
    helpGroup,
  }),
  'sort-descending': flag('the greatest first'),
};

/** The flags of commands that print one thing. */
export const recordFormatFlags = {
  format: formats(['table', 'json', 'yaml', 'value', 'csv', 'shell'] as const),
  ...shared,
  prefix: text('shell: what every variable begins with', { helpGroup }),
};

export type FormatName = Interfaces.InferredFlags<typeof recordFormatFlags>['format'];
/** The values of either set of flags. */
export type FormatOptions = Omit<Parsed<typeof formatFlags> & Parsed<typeof recordFormatFlags>, 'format'> & {
  format: FormatName;
};
