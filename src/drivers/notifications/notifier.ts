import type { Notification } from '../../rules/compute/notification.ts';

/** Sends notifications. `publish` resolves once the other side has it for good, and throws a Transient until then. */
export type Notifier = {
  publish(notification: Notification): Promise<void>;
  close(): Promise<void>;
};
