import path from 'node:path';
import {
  type Broker,
  type BrokerTls,
  type NotificationDriver,
  notificationDrivers,
  type NotificationSettings,
} from '../rules/compute/notification-settings.ts';
import { UsageError } from '../rules/errors.ts';
import type { Setting } from '../rules/settings.ts';
import { MESSAGING_OPTIONS, type MessagingOption } from './messaging-options.ts';
import type { NovaConfig } from './nova-options.ts';
import { type RabbitOptions, rabbitOptionsOf } from './rabbit-options.ts';
import { parseTransportUrl } from './transport-url.ts';

const OWN_TRANSPORT = 'oslo_messaging_notifications.transport_url';

/**
 * Reads where a Nova sends its versioned notifications: by the drivers that are set, if `notification_format` has
 * versioned ones. Where neither is set they go to the log, while Nova sends none. Bad input is a UsageError that holds no
 * password; what nothing uses is not looked at.
 */
export function notificationSettingsOf(config: NovaConfig): NotificationSettings {
  const drivers = wantedDrivers(config);
  return {
    drivers,
    topics: [...config.get('notifications.versioned_notifications_topics').value],
    broker: drivers.some((name) => name !== 'log') ? brokerOf(config) : null,
    notifyOn: config.get('notifications.notify_on_state_change').value,
  };
}

function wantedDrivers(config: NovaConfig): NotificationDriver[] {
  const driver = config.get('oslo_messaging_notifications.driver');
  const format = config.get('notifications.notification_format');
  const isSent = format.value !== 'unversioned' || (!driver.isSet && !format.isSet);
  if (!isSent) return [];
  return driver.isSet ? driversOf(driver) : ['log'];
}

/**
 * Gives the options that are set as variables, for a worker that has not the command's files. A dollar sign is doubled,
 * since oslo.config resolves references in variables too.
 */
export function notificationVariables(config: NovaConfig): NodeJS.ProcessEnv {
  const names = Object.keys(MESSAGING_OPTIONS) as MessagingOption[];
  const given = names.map((name) => ({ name, ...config.get(name) })).filter(({ isSet }) => isSet);
  return Object.fromEntries(
    given.map(({ name, value }) => [variableOf(name), String(value ?? '').replaceAll('$', '$$$$')]),
  );
}

const variableOf = (name: MessagingOption): string => `OS_${name.replace('.', '__').toUpperCase()}`;

/**
 * oslo.config takes each character of this option's variable for a driver, so that no Nova can be told by it. keyward
 * takes it for names with commas between them. `noop` stands for nothing.
 */
function driversOf({ value, origin }: Setting<readonly string[]>): NotificationDriver[] {
  const isVariable = origin === variableOf('oslo_messaging_notifications.driver');
  const names = (isVariable ? value.join('').split(',') : value).map((name) => name.trim());
  const known = names
    .filter((name) => name !== '' && name !== 'noop')
    .map((name) => driverNamed(name, origin));
  return [...new Set(known)];
}

function driverNamed(name: string, origin: string): NotificationDriver {
  const driver = notificationDrivers.find((known) => known === name);
  if (driver) return driver;
  throw new UsageError(
    `${origin}: keyward has no notification driver '${name}'.`,
    `It has ${notificationDrivers.join(', ')} and noop.`,
  );
}

function brokerOf(config: NovaConfig): Broker {
  const own = config.get(OWN_TRANSPORT);
  const { value, origin, isSet } = own.value
    ? { ...own, value: own.value }
    : config.get('DEFAULT.transport_url');
  const url = { value, origin: isSet ? origin : 'the default of [DEFAULT] transport_url' };
  const { hosts, virtualHost, query } = parseTransportUrl(url);
  const options = rabbitOptionsOf(config, { query, origin: url.origin });
  return {
    origin: url.origin,
    hosts,
    virtualHost,
    tls: options.ssl ? tlsOf(options) : null,
    exchange: config.get('DEFAULT.control_exchange').value,
    // Quorum queues are always durable, and oslo.messaging then makes the exchange so too.
    isDurable: options.amqp_durable_queues || options.rabbit_quorum_queue,
    isAutoDelete: options.amqp_auto_delete,
    queueArguments: queueArguments(options),
  };
}

/** NOTE: oslo_messaging/_drivers/impl_rabbit.py, _get_queue_arguments */
function queueArguments(options: RabbitOptions): Broker['queueArguments'] {
  if (options.rabbit_ha_queues && options.rabbit_quorum_queue)
    throw new UsageError(
      'rabbit_ha_queues and rabbit_quorum_queue are both set in [oslo_messaging_rabbit].',
      'A queue is the one or the other: leave one of them out.',
    );
  if (options.rabbit_ha_queues) return { 'x-ha-policy': 'all' };
  if (!options.rabbit_quorum_queue) return {};
  const limits = {
    'x-delivery-limit': options.rabbit_quorum_delivery_limit,
    'x-max-in-memory-length': options.rabbit_quorum_max_memory_length,
    'x-max-in-memory-bytes': options.rabbit_quorum_max_memory_bytes,
  };
  const set = Object.entries(limits).filter((entry): entry is [string, number] => Boolean(entry[1]));
  return { 'x-queue-type': 'quorum', ...Object.fromEntries(set) };
}

function tlsOf(options: RabbitOptions): BrokerTls {
  const version = options.ssl_version;
  if (!/^(|sslv23)$/i.test(version))
    throw new UsageError(
      `ssl_version in [oslo_messaging_rabbit] is ${version}, and keyward lets both sides choose the newest version.`,
      'Leave ssl_version out, or write SSLv23, which means the same.',
    );
  const file = (name: string): string | null => (name === '' ? null : path.resolve(name));
  return {
    caFile: file(options.ssl_ca_file),
    certFile: file(options.ssl_cert_file),
    keyFile: file(options.ssl_key_file),
  };
}
