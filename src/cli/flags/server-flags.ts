import { Args, Flags } from '@oclif/core';
import { closestNames, didYouMean } from '../../rules/closest.ts';
import { naiveTimeOf } from '../../rules/compute/naive-time.ts';
import { serverStatuses } from '../../rules/compute/server-status.ts';
import { UsageError } from '../../rules/errors.ts';
import { repeated, text } from './flag-kinds.ts';

/** The argument of a command on a server that exists. */
export const serverArg = {
  server: Args.string({ ignoreStdin: true, required: true, description: 'the server (name or ID)' }),
};

/** The flags that narrow a list of servers down are named as openstackclient names them. */
export const serverFilterFlags = {
  project: text('only those of this project (ID)'),
  host: text('only those on this compute host'),
  name: text('only those whose name a regular expression matches, anywhere in it'),
  status: Flags.custom<string>({ parse: async (status) => knownStatus(status) })({
    description: 'only those of this status, such as ACTIVE',
  }),
  locked: Flags.boolean({ description: 'only locked ones', exclusive: ['unlocked'] }),
  unlocked: Flags.boolean({ description: 'only those that are not locked' }),
  deleted: Flags.boolean({ description: 'only deleted ones' }),
};

/** Sorting is done by the databases, by more than a list shows; so the flag is described in other words than elsewhere. */
export const serverSortFlag = {
  'sort-column': repeated(
    'a column to sort by, also one that is not shown, as locked; of several, the first one counts most',
    { helpGroup: 'OUTPUT' },
  ),
};

const time = (description: string) =>
  Flags.custom<string>({ parse: async (given) => knownTime(given) })({ description });

export const changesFlags = {
  'changes-since': time(
    'only what was changed at this time or later, as 2026-03-04T06:27:59Z (UTC without a zone)',
  ),
  'changes-before': time('only what was changed at this time or earlier'),
};

function knownStatus(given: string): string {
  const status = given.toUpperCase();
  if (serverStatuses.includes(status)) return status;
  throw new UsageError(
    `There is no status '${given}'.`,
    `${didYouMean(closestNames(given, [...serverStatuses]))}They are: ${serverStatuses.join(', ')}.`,
  );
}

function knownTime(given: string): string {
  const known = naiveTimeOf(given);
  if (known !== null) return known;
  throw new UsageError(`'${given}' is no time.`, 'Give it as ISO 8601 has it, as 2026-03-04T06:27:59Z.');
}
