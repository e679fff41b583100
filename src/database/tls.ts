import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, getCACertificates, type SecureVersion } from 'node:tls';
import type { Pool, PoolClient } from 'pg';
import { type DatabaseAddress, isSocket } from '../rules/database-address.ts';
import { Unavailable } from '../rules/errors.ts';
import { identityError } from './server-identity.ts';
import { hasNoTls, isTurnedAway, isUntrusted } from './tls-errors.ts';

/** What the driver takes for `ssl`; false is a connection without TLS. */
type Way = ConnectionOptions | false;

/** `now` is the way to try first; it changes when another one has worked. */
export type Ways = { now: Way; readonly first: Way; readonly second?: Way };

/** The ways in which libpq would try to connect, in its order. The driver itself knows neither `allow` nor `prefer`. */
export function waysToConnect(address: DatabaseAddress): Ways {
  if (address.ssl === 'disable' || isSocket(address)) return { now: false, first: false };
  const tls = tlsOptions(address);
  if (address.ssl === 'allow') return { now: false, first: false, second: tls };
  return { now: tls, first: tls, ...(address.ssl === 'prefer' && { second: false }) };
}

/**
 * Makes a pool try the second way where the first was refused, as libpq does: where the server has no TLS, where its
 * certificate is not trusted, and where its pg_hba.conf lets nobody in that way. What worked is tried first from then on.
 */
export function tryWaysInTurn(pool: Pool, ways: Ways): void {
  const { first, second } = ways;
  if (second === undefined) return;
  const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
  const turnTo = (way: Way): void => {
    (pool.options as { ssl: Way }).ssl = ways.now = way;
  };
  pool.connect = (async () => {
    const tried = ways.now;
    try {
      return await connect();
    } catch (error) {
      if (!hasNoTls(error) && !isUntrusted(error) && !isTurnedAway(error)) throw error;
      // Another connection may have found out in the meantime.
      if (ways.now === tried) turnTo(tried === first ? second : first);
      return await connect().catch((other: unknown) => {
        turnTo(first);
        // A certificate that is not trusted says more than that the server lets nobody in without TLS.
        throw isUntrusted(error) && isTurnedAway(other) ? error : other;
      });
    }
  }) as Pool['connect'];
}

function tlsOptions({ host, ssl, sslRootCert, parameters = {} }: DatabaseAddress): ConnectionOptions {
  const { sslcert, sslkey, sslcrl } = parameters;
  const { ssl_min_protocol_version: least, ssl_max_protocol_version: most } = parameters;
  return {
    rejectUnauthorized: sslRootCert !== null || ssl.startsWith('verify-'),
    checkServerIdentity: (_, certificate) =>
      ssl === 'verify-full' ? identityError(host, certificate) : undefined,
    ...(isIP(host) === 0 && { servername: host }),
    ...(sslRootCert && { ca: authorities(sslRootCert) }),
    ...(sslcrl && { crl: read(sslcrl) }),
    ...(sslcert && sslkey && { cert: read(sslcert), key: read(sslkey) }),
    ...(least && { minVersion: least as SecureVersion }),
    ...(most && { maxVersion: most as SecureVersion }),
  };
}

const authorities = (file: string): string =>
  file === 'system' ? getCACertificates('system').join('\n') : read(file);

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Unavailable(
      'TlsFileUnreadable',
      `A certificate or key for the database can't be read: ${(error as Error).message}.`,
      'Correct sslrootcert, sslcert, sslkey or sslcrl in the URL, or make the file readable.',
    );
  }
}
