import { closestNames, didYouMean } from '../closest.ts';
import { RuleError } from '../errors.ts';

/** What runs servers on a host; `fake` is for tests, and `none` runs none. */
export const computeDrivers = ['local', 'fake', 'none'] as const;
export type ComputeDriverName = (typeof computeDrivers)[number];

/** A host that is keyward's. `unseenSeconds` is how long ago a worker there was seen last, by the database's clock. */
export type Host = { host: string; driver: string; unseenSeconds: number };

/** A host, with the uuid of the cell that it is in. */
export type HostInCell = Host & { cell: string };

/** A worker shows itself every 10 s. */
export const SEEN_EVERY_SECONDS = 10;
const WITHOUT_WORKER_SECONDS = 4 * SEEN_EVERY_SECONDS;

const hasWorker = ({ unseenSeconds }: Host): boolean => unseenSeconds < WITHOUT_WORKER_SECONDS;

/** Chooses the host for a new server: the one that is named, or the one whose worker was seen last. */
export function chooseHost(hosts: HostInCell[], wanted: string | null): HostInCell {
  if (wanted !== null) return named(hosts, wanted);
  const [best] = hosts.filter(hasWorker).toSorted((one, other) => one.unseenSeconds - other.unseenSeconds);
  if (best) return best;
  const idle = hosts.map(({ host, unseenSeconds }) => `${host} (for ${Math.round(unseenSeconds)} s)`);
  throw new RuleError(
    'NoHost',
    idle.length === 0
      ? "No host is keyward's: it makes servers on hosts of its own only."
      : `No host of keyward's has a worker: ${idle.join(', ')}.`,
    {
      cure:
        idle.length === 0
          ? 'Use `openstack server create`, or start a worker with a driver: `keyward worker start --compute-driver local`.'
          : 'Start a worker there: `keyward worker start --compute-driver local`.',
      outcome: 'unchanged',
    },
  );
}

function named(hosts: HostInCell[], wanted: string): HostInCell {
  const found = hosts.find(({ host }) => host === wanted);
  if (!found) throw notOurs(wanted, hosts);
  if (hasWorker(found)) return found;
  throw new RuleError(
    'HostWithoutWorker',
    `The host ${wanted} has had no worker for ${Math.round(found.unseenSeconds)} s.`,
    {
      cure: `Start one there: \`keyward worker start --compute-driver ${found.driver}\`.`,
      outcome: 'unchanged',
    },
  );
}

const notOurs = (wanted: string, hosts: HostInCell[]): RuleError =>
  new RuleError('HostNotOurs', `The host ${wanted} is not one of keyward's.`, {
    cure: `${didYouMean(
      closestNames(
        wanted,
        hosts.map(({ host }) => host),
      ),
    )}On other hosts servers are made by \`openstack server create\`.`,
    outcome: 'unchanged',
  });

/** Says in a refusal what it is about: `The server x is`; and which client does it on a host of Nova's. */
type About = { subject: string; client: string };

/** Refuses a change on a host where a nova-compute may be at work, naming the client that does it. */
export function assertOurHost(
  host: string | null,
  { isOurs, isNovas }: { isOurs: boolean; isNovas: boolean },
  { subject, client }: About,
): asserts host is string {
  if (host !== null && isOurs && !isNovas) return;
  const known = isNovas ? 'where Nova has a nova-compute' : "which is not keyward's";
  const where = host === null ? 'on no host' : `on the host ${host}, ${known}`;
  throw new RuleError('HostNotOurs', `${subject} ${where}.`, {
    cure: `Use \`${client}\`.`,
    outcome: 'unchanged',
  });
}
