import type { LeaseTimers } from '../rules/compute/lease-timers.ts';
import type {
  BatchOf,
  FleetLockRequest,
  LeaseRequest,
  ServerLockRequest,
} from '../rules/compute/lock-request.ts';
import type { ServerProtectRequest } from '../rules/compute/server-protection.ts';
import type { Asked, RunInput } from '../rules/run-request.ts';
import type { FleetLocks } from '../services/compute/fleet-locks.ts';
import type { LockAnnouncer } from '../services/compute/lock-announcer.ts';
import type { LockLeases } from '../services/compute/lock-leases.ts';
import type { ServerLocks } from '../services/compute/server-locks.ts';
import type { ServerProtecting } from '../services/compute/server-protecting.ts';

type Lock = Asked<ServerLockRequest>;
type Fleet = Asked<FleetLockRequest>;
type Lease = Asked<LeaseRequest>;
type OfLease = Asked<RunInput> & { leaseId: string };

export type LockParts = {
  locks: ServerLocks;
  fleet: FleetLocks;
  leases: LockLeases;
  protecting: ServerProtecting;
  announcer: LockAnnouncer;
  timers: LeaseTimers;
};

export const createLockActivities = ({ locks, fleet, leases, protecting, announcer, timers }: LockParts) => ({
  changeLock: async (request: Lock) => {
    const ended = await locks.apply(request);
    return { ended, isTold: await soon(announcer.announce({ ...request, batch: request.requestId })) };
  },
  announceLock: (request: Lock) => announcer.announce({ ...request, batch: request.requestId }),
  protectServer: (request: Asked<ServerProtectRequest>) => protecting.apply(request),
  armLease: ({ leaseId }: OfLease) => timers.arm(leaseId),
  wakeLease: ({ leaseId }: OfLease) => timers.wake(leaseId),
  listLockCells: (_request: Fleet) => fleet.cells(),
  beginLocks: (request: Fleet & { cell: string }) => fleet.begin(request),
  changeLocks: (request: Fleet & BatchOf) => fleet.change(request),
  announceLocks: (request: Fleet & BatchOf) => announcer.announce(request),
  stopLocks: (request: Fleet & { cell: string }) => fleet.stop(request),
  lookAtLease: (request: Lease) => leases.look(request),
  endLocks: (request: Lease & BatchOf) => leases.end(request),
  announceEnded: (request: Lease & BatchOf) => announcer.announce(request),
});

export type LockActivities = ReturnType<typeof createLockActivities>;

/** So long a change of a lock waits until it is told of; after that, another step does it. */
const TELL_MS = 2000;

/** Whether the work is done by then; what hinders it is for the next step to meet. */
async function soon(work: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), TELL_MS);
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}
