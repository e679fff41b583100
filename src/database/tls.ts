import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { DatabaseAddress } from '../rules/database-address.ts';

/** PostgreSQL's SSLRequest message; the answer is one byte, `S` or `N`. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const YES = 'S'.charCodeAt(0);
const PATIENCE_MS = 5000;

/** What `sslmode` asks for, as libpq reads it; the driver itself knows no `prefer`. */
export async function tlsOptions(address: DatabaseAddress): Promise<object | false> {
  const { ssl, sslRootCert, host } = address;
  if (ssl === 'disable' || host.startsWith('/')) return false;
  if (ssl === 'prefer' && !(await offersTls(address))) return false;
  const verifies =
    ssl === 'verify-ca' || ssl === 'verify-full' || (ssl === 'require' && sslRootCert !== null);
  return {
    rejectUnauthorized: verifies,
    ...(sslRootCert && { ca: readFileSync(sslRootCert, 'utf8') }),
    ...(ssl !== 'verify-full' && { checkServerIdentity: () => undefined }),
  };
}

/** False too where nobody answers: the first statement tells why. */
async function offersTls({ host, port }: DatabaseAddress): Promise<boolean> {
  const socket = connect({ host, port });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    await once(socket, 'connect', { signal });
    socket.write(SSL_REQUEST);
    const [answer] = (await once(socket, 'data', { signal })) as [Buffer];
    return answer[0] === YES;
  } catch {
    return false;
  } finally {
    socket.on('error', () => {}).destroy();
  }
}
