import { RuleError } from '../errors.ts';
import type { Server } from './server.ts';

/** The names that Nova gives a change of a server: of the action, and of the event that a host does for it. */
export const instanceChanges = {
  create: { action: 'create', event: 'compute__do_build_and_run_instance' },
  delete: { action: 'delete', event: 'compute_terminate_instance' },
} as const;
export type InstanceChange = keyof typeof instanceChanges;

/** Refuses a change that the server is in no state for. */
export function assertMay(change: InstanceChange, server: Server): void {
  if (change === 'delete') assertUnprotected(server);
}

/** Refuses a server that an admin has protected against its deletion; Nova answers so as if it had deleted it. */
function assertUnprotected({ uuid, isTerminateDisabled }: Server): void {
  if (!isTerminateDisabled) return;
  throw new RuleError('TerminateDisabled', `The server ${uuid} is protected against deletion.`, {
    cure: `\`keyward server show ${uuid}\` tells why; \`keyward server unprotect ${uuid}\` takes that off, if it may go.`,
    outcome: 'unchanged',
  });
}
