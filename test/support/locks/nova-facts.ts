import type { Facts } from './judge.ts';
import { factOfAction, factOfText, notedIn, type NovaChange } from './nova-changes.ts';
import { lastDump, named, nameOfCaller, notifications, type Recording, requestIdOf } from './recordings.ts';
import type { Wish } from './requests.ts';
import { factOfEnvelope, factOfNotification, withoutTimes } from './sent-facts.ts';

/** Times, links and what is the driver's or another service's, of which a lock changes nothing. */
const ASIDE = [
  'created',
  'updated',
  'OS-SRV-USG:launched_at',
  'OS-EXT-SRV-ATTR:root_device_name',
  'host_status',
  'links',
];
/** Fields that openstackclient, and keyward with it, has other names for. */
const NAMES: Record<string, string> = {
  tenant_id: 'project_id',
  metadata: 'properties',
  'os-extended-volumes:volumes_attached': 'volumes_attached',
};

/** Tells what Nova has answered and done; `reason` is the one that the server has had since, where Nova noted anything. */
export function novaFacts(
  recording: Recording,
  wish: Wish,
  change: NovaChange | null,
  reason: string | null,
): Facts {
  const { body } = recording.response;
  if (wish.do === 'show') return shownFacts(body.server);
  if (wish.do === 'list') return { servers: body.servers.map(listedFact) };
  if (wish.do === 'action') return actionFacts(body.instanceAction);
  const requestId = requestIdOf(recording);
  return {
    ...outcomeOf(recording),
    ...change?.columns,
    ...(wish.do === 'rename' && shownFacts(body.server)),
    action: factOfAction(notedIn(lastDump), requestId),
    ...(change?.requestId && sentFacts(change, reason)),
  };
}

function outcomeOf({ response: { status, body } }: Recording): Facts {
  if (status < 300) return { outcome: 'done' };
  const [error] = Object.values<{ message: string }>(body);
  return { outcome: `refused with ${status}`, text: factOfText(error!.message) };
}

function sentFacts({ kind, caller, requestId }: NovaChange, reason: string | null): Facts {
  const sent = notifications.get(requestId!);
  return {
    notification: factOfNotification(`instance.${kind}`, nameOfCaller(caller!), kind === 'lock', reason),
    ...(sent && { envelope: factOfEnvelope(sent), payload: withoutTimes(sent.payload) }),
  };
}

/** A field of a server that Nova shows is told as `server.<its name here>`. */
export function shownFacts(server: Record<string, any>): Facts {
  const shown = Object.entries(without(server, ASIDE)).map(([name, value]) => [
    `server.${NAMES[name] ?? name}`,
    name === 'image' ? value.id : sorted(value),
  ]);
  return Object.fromEntries(shown);
}

/** Objects are the same whatever the order of their fields is. */
export const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    : value;

/** The fields that a list of keyward's has too, where the answer has them. */
export const listedFact = (server: Record<string, any>): Facts => ({
  id: named(server['id']),
  name: server['name'],
  ...('status' in server && {
    status: server['status'],
    projectId: server['tenant_id'],
    userId: server['user_id'],
    taskState: server['OS-EXT-STS:task_state'],
    powerState: server['OS-EXT-STS:power_state'],
    flavor: server['flavor'].original_name,
    imageRef: server['image'].id,
    isLocked: server['locked'],
    lockedReason: server['locked_reason'],
  }),
});

/** Tells of an action all but its times. */
const actionFacts = ({ events, ...action }: Record<string, any>): Facts => ({
  ...without(action, ['start_time', 'updated_at']),
  events: events.map((event: Record<string, any>) =>
    sorted({
      ...without(event, ['start_time', 'finish_time']),
      isFinished: event['finish_time'] !== null,
    }),
  ),
});

const without = (object: object, names: string[]): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
