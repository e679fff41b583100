import { Args, Flags } from '@oclif/core';
import { ExitCode } from '../../rules/errors.ts';
import type { Parsed } from './flag-kinds.ts';
import { LONGEST_TIMEOUT, type SettingsFlags } from './settings-flags.ts';

const helpGroup = 'RUN';

export const runIdArg = {
  id: Args.string({
    ignoreStdin: true,
    required: true,
    description: 'the id, as `workflow list` shows it',
  }),
};

/** `exitCode` is what the command ends with when the time is over. */
export function timeoutFlag(exitCode: number) {
  return Flags.integer({
    description: `seconds to wait; then exit ${exitCode}, and the run goes on`,
    min: 1,
    max: LONGEST_TIMEOUT,
    helpGroup,
  });
}

export const runFlags = {
  wait: Flags.boolean({
    description: 'wait for the run to end (the default)',
    exclusive: ['no-wait'],
    helpGroup,
  }),
  'no-wait': Flags.boolean({
    description: 'start the run, print its id and return',
    exclusive: ['wait', 'timeout', 'inline'],
    helpGroup,
  }),
  timeout: timeoutFlag(ExitCode.notKnown),
  inline: Flags.boolean({
    description: 'work on the run in this process at once, instead of waiting for another worker',
    helpGroup,
  }),
};
export type RunFlags = SettingsFlags & Parsed<typeof runFlags>;
