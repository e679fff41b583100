import type { Broker, BrokerHost } from '../../rules/compute/notification-settings.ts';
import { type RuleError, Transient, Unavailable } from '../../rules/errors.ts';
import { isAboutTls } from '../../rules/tls-codes.ts';

/** Tells that RabbitMQ had no queue for a message, and so has thrown it away. */
export class Unroutable extends Error {}

/** Tells that RabbitMQ did not answer in time. */
export class TooLate extends Error {}

type Said = Error & { code?: string; path?: string };

/** RabbitMQ's codes for what a login, a virtual host or a permission is not good for. */
const REFUSED = ['ACCESS_REFUSED', 'NOT_ALLOWED'];

/**
 * Puts into words what went wrong with a host of a message broker. What may pass by itself is a Transient; what an
 * operator must correct is an Unavailable, so that no run repeats it. The URL's password is in none of them.
 */
export function brokerError(error: unknown, { hostname, port }: BrokerHost, { origin }: Broker): RuleError {
  const said = error as Said;
  const code = said.code ?? '';
  const broker = `RabbitMQ at ${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const why = said.message.split('\n', 1)[0] || code;
  if (said.path !== undefined)
    return new Unavailable('BrokerTlsFile', `A file of TLS with ${broker} can't be read: ${why}.`, FILES);
  if (REFUSED.includes(code))
    return new Unavailable(
      'BrokerRefused',
      `${broker} refused keyward: ${why}.`,
      `Correct user, password and virtual host in ${origin}, or give the user its permissions in RabbitMQ.`,
    );
  if (code === 'PRECONDITION_FAILED')
    return new Unavailable(
      'BrokerConflict',
      `${broker} has an exchange or a queue of another form: ${why}.`,
      SAME,
    );
  if (isAboutTls(code)) return new Unavailable('BrokerTls', `TLS with ${broker} failed: ${why}.`, FILES);
  return passing(error, broker, why, origin);
}

function passing(error: unknown, broker: string, why: string, origin: string): Transient {
  if (error instanceof Unroutable)
    return new Transient(
      'NotificationUnroutable',
      `${broker} had no queue for the notification, so that nobody would get it.`,
      'See who deletes the queues of notifications in RabbitMQ.',
    );
  if (error instanceof TooLate)
    return new Transient(
      'BrokerSlow',
      `${broker} ${why}.`,
      "See RabbitMQ's log and its alarms of memory and disk.",
    );
  return new Transient(
    'BrokerUnreachable',
    `${broker} can't be used: ${why}.`,
    `Start RabbitMQ, or correct ${origin}.`,
  );
}

const SAME = 'Set in [oslo_messaging_rabbit] what the services of Nova have there, as amqp_durable_queues.';
const FILES = 'Correct ssl_ca_file, ssl_cert_file and ssl_key_file in [oslo_messaging_rabbit].';
