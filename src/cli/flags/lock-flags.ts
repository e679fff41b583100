import { Flags } from '@oclif/core';
import type { FleetFilter } from '../../rules/compute/lock-request.ts';
import { serverStatuses } from '../../rules/compute/server-status.ts';
import { UsageError } from '../../rules/errors.ts';
import { globExpression } from '../../rules/glob.ts';
import { type Parsed, text } from './flag-kinds.ts';

const helpGroup = 'FLEET';
/** A server that was deleted has no lock to change. */
const LIVING = serverStatuses.filter((status) => status !== 'DELETED');

/** The flags that choose servers by what they are, instead of by their names. */
export const fleetFlags = {
  all: Flags.boolean({ description: 'all servers that these flags choose, by one run', helpGroup }),
  project: text('with --all: those of this project (ID)', { helpGroup }),
  host: text('with --all: those on this compute host', { helpGroup }),
  'availability-zone': text('with --all: those in this availability zone', { helpGroup }),
  name: text("with --all: those whose whole name a shell's pattern matches, as 'web-*'", { helpGroup }),
  status: Flags.option({ options: LIVING, helpGroup })({
    description: 'with --all: those of this status',
  }),
  force: Flags.boolean({
    description: 'with --all: also those that are locked already, which are left as they are else',
    helpGroup,
  }),
};
type FleetFlags = Parsed<typeof fleetFlags>;

const NARROWING = ['project', 'host', 'availability-zone', 'name', 'status', 'force'] as const;

/** Reads which servers are meant; refuses flags that say nothing without --all, and names beside it. */
export function fleetFilter(
  flags: FleetFlags,
  names: string[],
): { filter: FleetFilter; force: boolean } | null {
  if (flags.all && names.length > 0)
    throw new UsageError(
      'Servers are named beside --all.',
      'Name servers, or choose them with --all and its flags.',
    );
  const idle = NARROWING.find((name) => flags[name]);
  if (!flags.all && idle !== undefined)
    throw new UsageError(
      `--${idle} says nothing without --all.`,
      'Add --all, or leave it out and name the servers.',
    );
  if (!flags.all) return null;
  return {
    filter: {
      projectId: flags.project ?? null,
      host: flags.host ?? null,
      availabilityZone: flags['availability-zone'] ?? null,
      name: flags.name === undefined ? null : patternOf(flags.name),
      status: flags.status ?? null,
    },
    force: flags.force ?? false,
  };
}

/** Refuses a pattern that says nothing, as of a range that runs backwards, and classes by names, which are not understood. */
function patternOf(pattern: string): string {
  const expression = globExpression(pattern);
  try {
    if (!pattern.includes('[[:')) return new RegExp(expression, 'u').source;
  } catch {
    // What JavaScript does not take, PostgreSQL would refuse in every cell.
  }
  throw new UsageError(`--name '${pattern}' is no pattern.`, "Give one with *, ? and [abc], as 'web-*'.");
}
