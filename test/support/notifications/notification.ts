import type { Notification } from '../../../src/rules/compute/notification.ts';
import { novaObject } from '../../../src/rules/compute/nova-object.ts';

/** Makes a notification; `length` is that of a text in its payload. */
export const notification = (
  messageId: string,
  given: Partial<Notification> = {},
  length = 10,
): Notification => ({
  messageId,
  publisherId: 'nova-compute:host1',
  eventType: 'instance.create.end',
  priority: 'INFO',
  payload: novaObject('InstanceCreatePayload', '1.13', { display_name: 'é'.repeat(length) }),
  timestamp: '2026-11-21 00:33:09.667659',
  context: { requestId: 'req-1', userId: 'u', projectId: 'p' },
  ...given,
});
