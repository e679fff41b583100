import type { NovaObject } from './nova-object.ts';

/**
 * A versioned notification, as Nova sends it. `messageId` derives from request, server and event: whoever gets it twice
 * can tell. `context` are oslo.context's fields that travel along, without their prefix.
 */
export type Notification = {
  messageId: string;
  /** `nova-api:HOST` or `nova-compute:HOST`, as upstream's program that sends this event. */
  publisherId: string;
  eventType: string;
  priority: 'INFO' | 'ERROR';
  payload: NovaObject;
  /** UTC, as Python prints it: `2026-11-21 00:33:09.667659`. */
  timestamp: string;
  context: { requestId: string; userId: string | null; projectId: string | null };
};
