import type { InstanceChange } from './instance-state.ts';

/** What a change is called where it failed. */
const NOUNS: Record<InstanceChange, string> = { create: 'build', delete: 'deletion' };

/**
 * Says what a server's owner may read of a failure. What went wrong in detail names paths and databases of the operator's,
 * and is shown to admins only; Nova too shows no more than the kind of error (`nova/compute/utils.py`).
 */
export const faultOf = (change: InstanceChange, name: string): string =>
  `The ${NOUNS[change]} of the server failed on its host: ${name}.`;
