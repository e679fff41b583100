import type { DatabaseAddress } from '../rules/database-address.ts';
import { type RuleError, Transient, Unavailable } from '../rules/errors.ts';
import { isAboutCertificate, isAboutTls } from '../rules/tls-codes.ts';

const NO_TLS = 'The server does not support SSL connections';
const NO_ANSWER = 'There was an error establishing an SSL connection';
/** invalid_authorization_specification: pg_hba.conf has no line that lets this connection in. */
const TURNED_AWAY = '28000';

type Wrong = [what: string, cure: string];

type DriverError = { code?: string; message: string };

export const hasNoTls = (error: unknown): boolean => (error as DriverError).message === NO_TLS;

/** The server has TLS, but its certificate or its kind of TLS is not what is wanted here. */
export const isUntrusted = (error: unknown): boolean => isAboutTls((error as DriverError).code ?? '');

export const isTurnedAway = (error: unknown): boolean => (error as DriverError).code === TURNED_AWAY;

/**
 * TLS settings, here or on the server, that don't fit, in the operator's words; null for any other error. Both errors are
 * the driver's own, not those that wrap it. `where` names the database.
 */
export function describeTlsError(cause: Error, address: DatabaseAddress, where: string): RuleError | null {
  if (cause.message === NO_ANSWER)
    return new Transient(
      'DatabaseUnreachable',
      `The server of ${where} does not answer as a PostgreSQL does.`,
      'Check that it runs and that host and port are its own, then repeat the command.',
    );
  const wrong = isTurnedAway(cause)
    ? whyTurnedAway(cause.message, address)
    : (hasNoTls(cause) || isUntrusted(cause)) && whatIsWrong(cause, address);
  if (!wrong) return null;
  const [what, cure] = wrong;
  return new Unavailable('DatabaseTlsFailed', `TLS with ${where}: ${what}.`, cure);
}

function whatIsWrong(cause: Error & { code?: string }, { ssl, host, sslRootCert }: DatabaseAddress): Wrong {
  const { code = '' } = cause;
  // Node adds advice of its own.
  const message = cause.message.split(';')[0]!;
  const asked = `sslmode=${ssl}${sslRootCert ? ` with sslrootcert=${sslRootCert}` : ''}`;
  if (hasNoTls(cause))
    return [
      `the server offers none, and sslmode=${ssl} asks for it`,
      'Set `ssl = on` on the server, or write sslmode=prefer, with which passwords and data may travel unencrypted.',
    ];
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      message,
      `Name the server in the URL as its certificate does, give it a certificate for ${host}, or write sslmode=verify-ca, which does not check the name.`,
    ];
  if (!isAboutCertificate(code))
    return [
      `the handshake failed (${message})`,
      `Compare sslcert, sslkey, ssl_min_protocol_version and ssl_max_protocol_version of the URL (${asked}) with what the server takes, and see its log.`,
    ];
  if (/EXPIRED|NOT_YET|REVOKED/.test(code))
    return [
      `the server's certificate is not valid (${message})`,
      `Give the server a certificate that is valid now; ${asked} checks it.`,
    ];
  return [
    `the server's certificate is not trusted (${message})`,
    `Name the file of the authority that signed it in sslrootcert; ${asked} checks it.`,
  ];
}

/** The server names the kind of connection that its pg_hba.conf has no line for. */
function whyTurnedAway(message: string, { ssl }: DatabaseAddress): Wrong | null {
  if (/client certificate/.test(message))
    return [message, 'Name a client certificate in sslcert and its key in sslkey.'];
  if (ssl === 'disable' && /no pg_hba\.conf entry.*no encryption/.test(message))
    return [`the server wants it (${message})`, 'Write sslmode=require or verify-full in the URL.'];
  if (/SSL encryption/.test(message))
    return [
      `the server lets nobody in with TLS (${message})`,
      'Let it in by a line `hostssl` in its pg_hba.conf, or write sslmode=prefer, with which passwords and data may travel unencrypted.',
    ];
  return null;
}
