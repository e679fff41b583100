import type { NovaObject } from '../../../src/rules/compute/nova-object.ts';
import { cut } from './nova-changes.ts';

/** What all notifications say in some way. */
type Sent = {
  publisher_id: string;
  event_type: string;
  priority: string;
  timestamp: string;
};

/** Tells who has sent which event, and how it says that the server is locked. A long reason is cut. */
export function factOfNotification(event: string, by: string, isLocked: boolean, reason: unknown): string {
  const [, why] = cut([null, reason as string | null]);
  return `${event} by ${by}, ${isLocked ? 'locked' : 'unlocked'}, ${why === null ? 'without a reason' : `reason '${why}'`}`;
}

/** Tells the form of what is about a payload. */
export const factOfEnvelope = ({
  publisher_id: publisher,
  event_type: event,
  priority,
  timestamp,
}: Sent) => ({
  publisher,
  event,
  priority,
  timestamp: timestamp.replaceAll(/\d/g, '0'),
});

const TIMES = ['created_at', 'updated_at', 'launched_at', 'terminated_at', 'deleted_at'];

/** Gives a payload with the form of its times alone. */
export const withoutTimes = (payload: NovaObject): NovaObject => ({
  ...payload,
  'nova_object.data': Object.fromEntries(
    Object.entries(payload['nova_object.data'] as object).map(([name, value]) => [
      name,
      TIMES.includes(name) && typeof value === 'string' ? value.replaceAll(/\d/g, '0') : value,
    ]),
  ),
});
