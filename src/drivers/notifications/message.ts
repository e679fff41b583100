import type { Notification } from '../../rules/compute/notification.ts';

/** Gives a notification as oslo.messaging's Notifier makes it, which Nova's log has it as (NOTE: oslo_messaging/notify/notifier.py). */
export const messageOf = (notification: Notification) => ({
  message_id: notification.messageId,
  publisher_id: notification.publisherId,
  event_type: notification.eventType,
  priority: notification.priority,
  payload: notification.payload,
  timestamp: notification.timestamp,
});
