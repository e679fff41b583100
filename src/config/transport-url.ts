import type { BrokerHost } from '../rules/compute/notification-settings.ts';
import { UsageError } from '../rules/errors.ts';
import type { Setting } from '../rules/settings.ts';

/** A transport URL taken apart. `query` has options of [oslo_messaging_rabbit], by their names. */
export type TransportUrl = { hosts: BrokerHost[]; virtualHost: string; query: Map<string, string> };

const SHAPE = /^(?<scheme>[a-z][\w+.-]*):\/\/(?<authority>[^/?#]*)(?<path>[^?#]*)(?:\?(?<query>[^#]*))?$/is;
const PLACE =
  /^(?:\[(?<v6>[\da-f:.%\w]*)\]|(?<name>[^:[\]]*)|(?<bare>[\da-f.%\w]*:[\da-f:.%\w]*:[\da-f:.%\w]*))(?::(?<port>\d+))?$/i;

/**
 * Reads a transport URL as oslo.messaging does (NOTE: oslo_messaging/transport.py, TransportURL.parse): one host or
 * several with commas between them, each with a user and password of its own, percent-encoded, and a virtual host. What
 * is left out is as RabbitMQ's and kombu's defaults. A UsageError never repeats the URL, which may hold a password.
 */
export function parseTransportUrl({ value, origin }: Setting<string>): TransportUrl {
  const parts = SHAPE.exec(value)?.groups;
  if (!parts)
    throw badUrl(origin, 'is no transport URL (in a password, @ is written %40, # %23, : %3A and / %2F)');
  const scheme = parts['scheme']!.toLowerCase();
  if (!['rabbit', 'kombu'].includes(scheme))
    throw badUrl(origin, `is a URL of '${scheme}', and keyward sends notifications to RabbitMQ only`);
  // Then what looks like a path or a query may be of a password, which no error may name.
  if (`${parts['path']}${parts['query']}`.includes('@'))
    throw badUrl(
      origin,
      'has an @ behind the host (in a password, / is written %2F and ? %3F; elsewhere, @ is %40)',
    );
  const places = parts['authority']!.split(',').filter((place) => place !== '');
  return {
    hosts: (places.length > 0 ? places : ['']).map((place) => hostOf(place, origin)),
    virtualHost: decode(parts['path']!.slice(1), origin) || '/',
    query: queryOf(parts['query'] ?? ''),
  };
}

/** The last @ ends the credentials, and the first colon the user. */
function hostOf(text: string, origin: string): BrokerHost {
  const at = text.lastIndexOf('@');
  const [, user = '', password = ''] = /^([^:]*)(?::(.*))?$/s.exec(text.slice(0, Math.max(at, 0))) ?? [];
  const place = PLACE.exec(text.slice(at + 1))?.groups;
  const port = Number(place?.['port'] ?? 5672);
  if (!place || port > 65_535) throw badUrl(origin, 'has a host or a port that is none');
  return {
    hostname: place['v6'] || place['bare'] || place['name'] || 'localhost',
    port,
    username: decode(user, origin) || 'guest',
    password: decode(password, origin) || 'guest',
  };
}

/** Of a key that is there twice, oslo.messaging takes all values with commas between them, which no option here has. */
const queryOf = (query: string): Map<string, string> =>
  new Map([...new URLSearchParams(query)].filter(([, value]) => value !== ''));

function decode(text: string, origin: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl(origin, 'has a % that begins no escape (a % itself is written %25)');
  }
}

const badUrl = (origin: string, what: string): UsageError =>
  new UsageError(
    `${origin} ${what}.`,
    'Correct it; a right one is rabbit://nova:PASSWORD@mq.example:5672/VHOST, with commas between several hosts.',
  );
