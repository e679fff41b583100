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
  changeLock: (request: Lock) => locks.apply(request),
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
