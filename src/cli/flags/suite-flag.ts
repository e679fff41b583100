import { Flags } from '@oclif/core';
import { type Suite, suiteNames } from '../../rules/upgrade-check.ts';

/** Whose upgrade checks are meant; `fallback` is what holds where nothing is said. */
export const suiteFlag = <Fallback extends Suite | 'all' | undefined>(fallback: Fallback) => ({
  suite: Flags.option({ options: [...suiteNames, 'all'] as const })({
    description: "whose checks: keystone-status's, nova-status's, or both",
    ...(fallback && { default: fallback }),
  }),
});
