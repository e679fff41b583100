import type { Caller } from '../caller.ts';
import type { Notification } from '../notification.ts';
import type { NovaObject } from '../nova-object.ts';

/** The program that sends an event in a Nova, whichever program of keyward's sends it here. */
export type Source = 'nova-api' | 'nova-compute';

/** Who asked for what happened, and the id of the request (`req-` and a uuid). */
export type Initiator = { requestId: string; caller: Caller };

/** An event with its payload: all that is told, without what a message adds (its id, the host and the time). */
export type Announcement = {
  eventType: string;
  source: Source;
  priority: Notification['priority'];
  /** Tells this event from others of its type in the same request: a server's uuid, or a key pair's user and name. */
  subject: string;
  payload: NovaObject;
};

export type Phase = 'start' | 'end';
