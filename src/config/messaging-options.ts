import { bool, choice, int, list, multi, text } from './oslo-types.ts';

/** The options of RabbitMQ that decide how notifications are sent (`oslo_messaging/_drivers/impl_rabbit.py`, `amqp.py`). */
export const RABBIT_OPTIONS = {
  'oslo_messaging_rabbit.amqp_durable_queues': bool(false),
  'oslo_messaging_rabbit.amqp_auto_delete': bool(false),
  'oslo_messaging_rabbit.rabbit_ha_queues': bool(false),
  'oslo_messaging_rabbit.rabbit_quorum_queue': bool(false),
  'oslo_messaging_rabbit.rabbit_quorum_delivery_limit': int(0),
  'oslo_messaging_rabbit.rabbit_quorum_max_memory_length': int(0),
  'oslo_messaging_rabbit.rabbit_quorum_max_memory_bytes': int(0),
  'oslo_messaging_rabbit.ssl': bool(false),
  'oslo_messaging_rabbit.ssl_version': text(''),
  'oslo_messaging_rabbit.ssl_ca_file': text(''),
  'oslo_messaging_rabbit.ssl_cert_file': text(''),
  'oslo_messaging_rabbit.ssl_key_file': text(''),
} as const;

/** The options of notifications (`nova/conf/notifications.py`, `nova/rpc.py`, `oslo_messaging/notify/notifier.py`). */
export const MESSAGING_OPTIONS = {
  'DEFAULT.transport_url': text('rabbit://'),
  'DEFAULT.control_exchange': text('nova'),
  'notifications.notification_format': choice(
    ['both', 'versioned', 'unversioned'],
    'unversioned',
    'DEFAULT.notification_format',
  ),
  'notifications.notify_on_state_change': choice(
    ['vm_state', 'vm_and_task_state'],
    null,
    'DEFAULT.notify_on_state_change',
  ),
  'notifications.versioned_notifications_topics': list(['versioned_notifications']),
  'oslo_messaging_notifications.driver': multi([]),
  'oslo_messaging_notifications.transport_url': text(null),
  ...RABBIT_OPTIONS,
} as const;

export type MessagingOption = keyof typeof MESSAGING_OPTIONS;
