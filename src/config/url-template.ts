import { isIPv6 } from 'node:net';
import { didYouMean, closestNames } from '../rules/closest.ts';

/** A field's value, as the URL has it, with its escapes; null where the URL has no such part. */
export type Fields = Map<string, string | null>;
/** What a text came to, or what hinders it, as "has a lone brace" after its name. */
export type Filled = { text: string } | { flaw: string };

export const FIELDS = ['scheme', 'username', 'password', 'hostname', 'port', 'path', 'query', 'fragment'];
const NUMBERED = /^(?:username|password|hostname|port)[1-9]\d*$/;
const URL_PARTS = /^(?:([a-z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;
/** A field that may lack its end. */
const BEGUN = new RegExp(String.raw`\{(?:${FIELDS.join('|')})\d*\b`);
const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/** Tells a template from a URL that happens to hold a brace, as in a password that Nova takes as it stands. */
export function isTemplate(text: string): boolean {
  const single = text.replaceAll(/\{\{|\}\}/g, '');
  return /\{\w*\}/.test(single) || BEGUN.test(single);
}

/**
 * Takes a URL apart into what templates may name, as Python's `urlparse` does and, for each of several hosts,
 * `_parse_netloc` (NOTE: nova/objects/cell_mapping.py). Null for a URL that makes Nova give up.
 */
export function fieldsOf(url: string): Fields | null {
  const parts = URL_PARTS.exec(url.replaceAll(/^[\0- ]+|[\t\r\n]/g, ''));
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = parts ?? [];
  const whole = parts && authorityOf(authority);
  const hosts = authority.includes(',') ? authority.split(',').map(numberedHost) : [];
  if (!whole || hosts.includes(null)) return null;
  return new Map<string, string | null>([
    ['scheme', scheme.toLowerCase()],
    ['path', path.replace(/^\/+/, '')],
    ['query', query],
    ['fragment', fragment],
    ...Object.entries(whole),
    ...hosts.flatMap((host, at) =>
      Object.entries(host!).map(([name, value]): [string, string | null] => [`${name}${at + 1}`, value]),
    ),
  ]);
}

type Authority = Record<'username' | 'password' | 'hostname' | 'port', string | null>;

/** Reads all of it as one host, as `urlparse` does: the last @ ends the credentials, and a host is lower-case. */
function authorityOf(authority: string): Authority | null {
  const at = authority.lastIndexOf('@');
  const [username, password] = at < 0 ? [null, null] : cut(authority.slice(0, at), ':');
  if (authority.includes('[') !== authority.includes(']')) return null;
  if (authority.includes('[') && !isIPv6(cut(cut(authority, '[')[1]!, ']')[0])) return null;
  const place = authority.slice(at + 1);
  const [, bracketed] = cut(place, '[');
  const [host, after] = bracketed === null ? cut(place, ':') : cut(bracketed, ']');
  const port = portOf(bracketed === null ? after : cut(after ?? '', ':')[1]);
  return port === undefined ? null : { username, password, hostname: lowerCase(host) || null, port };
}

/** Cuts a text in two at the first separator; without one, what comes after it is null. */
function cut(text: string, separator: string): [before: string, after: string | null] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** Leaves the zone of an IPv6 address alone. */
const lowerCase = (host: string): string => host.replace(/^[^%]*/, (name) => name.toLowerCase());

/** Reads one of several hosts: there the first @ ends the credentials, and the host stays as it is. */
function numberedHost(text: string): Authority | null {
  const [before, after] = cut(text, '@');
  const [username, password] = cut(after === null ? '' : before, ':');
  const [hostname, written] = hostAndPort(after ?? before);
  const port = written === null ? null : wholeNumber(written);
  return port === undefined ? null : { username, password, hostname, port };
}

/** More than one colon outside brackets is an IPv6 address without a port (NOTE: oslo_utils/netutils.py, parse_host_port). */
function hostAndPort(place: string): [host: string | null, port: string | null] {
  if (place === '') return [null, null];
  if (!place.startsWith('[')) return place.split(':').length === 2 ? cut(place, ':') : [place, null];
  const [host, after, ...more] = place.slice(1).split(']');
  // What has no closing bracket, or two, is refused as a port that is no number.
  if (after === undefined || more.length > 0) return [null, ']'];
  return [host!, after.split(':')[1] ?? null];
}

/** Gives null for no port, and undefined for one that `urlparse` refuses. */
function portOf(text: string | null): string | null | undefined {
  const port = text ? wholeNumber(text) : null;
  return Number(port) < 65_536 ? port : undefined;
}

const wholeNumber = (text: string): string | undefined =>
  /^\d+$/.test(text) ? String(Number(text)) : undefined;

/**
 * Fills fields in as Python's `str.format` does, of whose language it knows the names and the doubled braces. Where
 * Nova would write `None` for a part that the URL has not, or take the text as it stands, it tells what is wrong.
 */
export function fillIn(template: string, fields: Fields, origin: string): Filled {
  const flaws: string[] = [];
  const text = template.replaceAll(TOKEN, (token: string, name?: string) => {
    if (token === '{{' || token === '}}') return token[0]!;
    const value = name === undefined ? undefined : fields.get(name);
    if (value === null || value === undefined) flaws.push(flawOf(name, fields, origin));
    return value ?? '';
  });
  return flaws.length === 0 ? { text } : { flaw: flaws[0]! };
}

/** A text in braces may be of a password, so only what is near a field's name is repeated. */
function flawOf(name: string | undefined, fields: Fields, origin: string): string {
  if (name === undefined) return 'has a brace without its other one';
  if (fields.has(name)) return `has the field {${name}}, and ${origin} has no ${name}`;
  if (NUMBERED.test(name)) return `has the field {${name}}, and ${origin} does not name so many hosts`;
  const near = closestNames(name, FIELDS);
  if (near.length === 0) return 'has a field that Nova does not know';
  return `has the field {${name}}, which Nova does not know. ${didYouMean(near.map((it) => `{${it}}`)).trim()}`;
}
