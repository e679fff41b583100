import { Args, Flags } from '@oclif/core';
import { naiveTimeOf } from '../../rules/naive-time.ts';
import { serverStatuses } from '../../rules/compute/server-status.ts';
import { UsageError } from '../../rules/errors.ts';
import { type Parsed, repeated, text } from './flag-kinds.ts';

/** The argument of a command on a server that exists. */
export const serverArg = {
  server: Args.string({ ignoreStdin: true, required: true, description: 'the server (name or ID)' }),
};

/** The same, for a command that can do with flags in its place. */
export const serversArg = {
  server: Args.string({ ignoreStdin: true, description: 'the server (name or ID); several may be given' }),
};

/** The flags that narrow a list of servers down are named as openstackclient names them. */
export const serverFilterFlags = {
  project: text('only those of this project (ID)'),
  host: text('only those on this compute host'),
  name: text('only those whose name a regular expression matches, anywhere in it'),
  status: Flags.option({ options: serverStatuses })({ description: 'only those of this status' }),
  locked: Flags.boolean({ description: 'only locked ones', exclusive: ['unlocked'] }),
  unlocked: Flags.boolean({ description: 'only those that are not locked' }),
  protected: Flags.boolean({ description: 'only those that are protected against their deletion' }),
  deleted: Flags.boolean({ description: 'only deleted ones' }),
};

/** Sorting is done by the databases, by more than a list shows; so the flag is described in other words than elsewhere. */
export const serverSortFlag = {
  'sort-column': repeated(
    'a column to sort by, also one that is not shown, as locked; of several, the first one counts most',
    { helpGroup: 'OUTPUT' },
  ),
};

export const changesFlags = {
  'changes-since': text(
    'only what was changed at this time or later, as 2026-03-04T06:27:59Z (in UTC without a zone)',
  ),
  'changes-before': text('only what was changed at this time or earlier'),
};

/** Reads the times of `changesFlags`; refuses what is none. */
export const changesOf = (flags: Parsed<typeof changesFlags>) => ({
  changesSince: timeOf(flags['changes-since']),
  changesBefore: timeOf(flags['changes-before']),
});

function timeOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const time = naiveTimeOf(given);
  if (time !== null) return time;
  throw new UsageError(`'${given}' is no time.`, 'Give it as ISO 8601 has it, as 2026-03-04T06:27:59Z.');
}
