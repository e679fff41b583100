import path from 'node:path';
import { type HonouredParameter, honouredParameters } from '../rules/database-address.ts';
import { UsageError } from '../rules/errors.ts';

type Judge = (value: string) => boolean;

const PROTOCOLS = ['', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const oneOf =
  (...values: string[]): Judge =>
  (value) =>
    values.includes(value);
const anything: Judge = () => true;
const wholeNumber: Judge = (value) => /^\s*[-+]?\d{1,9}\s*$/.test(value);

/** Tells which values of a parameter keyward can honour. */
const HONOURED: Record<HonouredParameter, Judge> = {
  application_name: anything,
  channel_binding: oneOf('disable', 'prefer'),
  connect_timeout: wholeNumber,
  fallback_application_name: anything,
  hostaddr: anything,
  keepalives: wholeNumber,
  keepalives_idle: wholeNumber,
  options: anything,
  ssl_max_protocol_version: oneOf(...PROTOCOLS),
  ssl_min_protocol_version: oneOf(...PROTOCOLS),
  sslcert: anything,
  sslcrl: anything,
  sslkey: anything,
  sslnegotiation: oneOf('postgres', 'direct'),
  // keyward writes, so a server that takes no writes is of no use to it.
  target_session_attrs: oneOf('any', 'read-write', 'primary', 'prefer-standby'),
};

/** These values ask for nothing, or for what keyward does anyway; any other value of these is refused. */
const HARMLESS: Record<string, Judge> = {
  client_encoding: oneOf('utf8', 'UTF8', 'utf-8', 'UTF-8'),
  gssdelegation: oneOf('0'),
  gssencmode: oneOf('disable', 'prefer'),
  load_balance_hosts: anything,
  sslcertmode: oneOf('allow'),
  sslcompression: oneOf('0'),
  sslsni: oneOf('1'),
};

const FILES = ['sslcert', 'sslcrl', 'sslkey'];
/** `parseDatabaseUrl` reads these itself, since they are parts of the address. */
const ELSEWHERE = ['host', 'port', 'user', 'password', 'sslmode', 'sslrootcert'];

/**
 * Takes the parameters from the query of a database URL. One that keyward can't honour is refused by its name: to
 * ignore it could mean to connect less safely, or to another server, than the URL asks for.
 */
export function takeParameters(
  query: URLSearchParams,
  source: { origin: string; elsewhere: string },
): Partial<Record<HonouredParameter, string>> {
  const taken = [...query].filter(([name]) => !ELSEWHERE.includes(name));
  const parameters = taken
    .filter(([name, value]) => isHonoured(name, value, source))
    // Paths are made absolute, since a worker has another working folder.
    .map(([name, value]) => [name, FILES.includes(name) ? path.resolve(value) : value]);
  return Object.fromEntries(parameters);
}

/** Tells a parameter to honour from a harmless one, which is dropped (false); throws for any other. */
function isHonoured(
  name: string,
  value: string,
  { origin, elsewhere }: { origin: string; elsewhere: string },
): boolean {
  const honoured = honouredParameters.find((known) => known === name);
  const judge = honoured ? HONOURED[honoured] : HARMLESS[name];
  if (judge?.(value)) return honoured !== undefined;
  throw new UsageError(
    `${origin} has ${judge ? `${name}=${value}` : `the parameter ${name}`}, which keyward can't honour.`,
    `Remove it from the URL, or give keyward a URL without it ${elsewhere}.`,
  );
}
