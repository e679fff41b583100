import type { FleetLockRequest, FleetOutcome } from '../rules/compute/lock-request.ts';
import { deletedMeanwhile } from '../rules/compute/lost-server.ts';
import type { NewServer, ServerOutcome } from '../rules/compute/new-server.ts';
import { serverStatus } from '../rules/compute/server-status.ts';
import { RuleError } from '../rules/errors.ts';
import type { ComputeServices } from './open-compute.ts';
import type { Settling } from './settle-run.ts';

type Asked = { requestId: string; uuid: string };
type AskedToCreate = Asked & { server: NewServer };

/** Tells how the run of a `server create` is asked after. */
export const settlingOfCreate = (
  { serverCreation }: ComputeServices,
  asked: AskedToCreate,
): Settling<ServerOutcome> => ({
  requestId: asked.requestId,
  ask: async () => {
    const found = await serverCreation.settle(asked);
    if (found === null) return null;
    if (found === 'gone' || (found !== 'building' && found.isDeleted)) return deletedMeanwhile(asked.uuid);
    if (found !== 'building' && found.vmState === 'active') return { uuid: asked.uuid, state: 'active' };
    return left(asked.uuid, found === 'building' ? 'BUILD' : serverStatus(found), 'create');
  },
});

/** Does the same for a `server delete`. */
export const settlingOfDelete = (
  { serverDeletion }: ComputeServices,
  asked: Asked & { cell: string | null },
): Settling<ServerOutcome> => ({
  requestId: asked.requestId,
  ask: async () => {
    const found = await serverDeletion.settle(asked);
    if (found === 'unchanged') return null;
    if (found === null || found.isDeleted) return { uuid: asked.uuid, state: 'deleted' };
    return left(asked.uuid, serverStatus(found), 'delete');
  },
});

/** Does the same for what is one change in one cell, as `server set` and `server lock` are. */
export const settlingOfChange = (
  { requestId, uuid }: Asked,
  settle: () => Promise<'applied' | 'unchanged'>,
): Settling<ServerOutcome> => ({
  requestId,
  ask: async () => ((await settle()) === 'applied' ? { uuid, state: 'changed' } : null),
});

/** Does the same for the locks of a fleet, of which some may be changed and others not. */
export const settlingOfFleet = (
  { fleetLocks }: ComputeServices,
  asked: Pick<FleetLockRequest, 'requestId' | 'locking'>,
): Settling<FleetOutcome> => ({
  requestId: asked.requestId,
  ask: async () => {
    const found = await fleetLocks.settle(asked);
    return found === null || found.isDone ? (found?.outcome ?? null) : stopped(found.outcome, asked);
  },
});

/** The run was ended before it was done; a repetition leaves what is done as it is. */
function stopped(
  { cells }: FleetOutcome,
  { requestId, locking }: Pick<FleetLockRequest, 'requestId' | 'locking'>,
): RuleError {
  const done = cells.map(({ cell, changed }) => `${changed} in ${cell}`).join(', ');
  const undo =
    locking.kind === 'lock' ? ` \`keyward server unlock --run ${requestId}\` takes these locks off.` : '';
  return new RuleError(
    'FleetStopped',
    `The run was ended before it was done. Servers that were ${locking.kind}ed: ${done}.`,
    { cure: `Repeat the command for the rest.${undo}`, outcome: 'changed' },
  );
}

/** The run is over and may have done half of its work; a deletion does the rest, whatever state the server is in. */
const left = (uuid: string, status: string, what: 'create' | 'delete'): RuleError =>
  new RuleError(
    'RunLeftServer',
    `The run has ended without a result, and the server ${uuid} is left in ${status}.`,
    {
      cure:
        what === 'create'
          ? `See \`keyward server show ${uuid}\`; \`keyward server delete ${uuid}\` removes what is there of it.`
          : `\`keyward server delete ${uuid}\`, repeated, does the rest.`,
      outcome: 'changed',
    },
  );
