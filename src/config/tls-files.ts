import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type DatabaseAddress, isSocket } from '../rules/database-address.ts';
import { UsageError } from '../rules/errors.ts';

/** libpq takes these files where the URL names none. */
const DEFAULTS = { sslcert: 'postgresql.crt', sslcrl: 'root.crl', sslkey: 'postgresql.key' };

/**
 * Adds the certificates that libpq would use: those that the URL names, which must be readable, else those in
 * `~/.postgresql`, if they are there. A worker gets their paths with the address, since its home may be another.
 */
export function withTlsFiles(
  address: DatabaseAddress,
  origin: string,
  env: NodeJS.ProcessEnv,
): DatabaseAddress {
  if (isSocket(address) || address.ssl === 'disable') return address;
  const folder = path.join(env['HOME'] || homedir(), '.postgresql');
  const usual = (name: string): string | null =>
    [path.join(folder, name)].find((file) => existsSync(file)) ?? null;
  const sslRootCert = address.sslRootCert ?? usual('root.crt');
  if (sslRootCert === null && address.ssl.startsWith('verify-')) throw noAuthority(address, origin, folder);
  const defaults = Object.entries(DEFAULTS)
    .map(([name, file]) => [name, usual(file)])
    .filter(([, file]) => file !== null);
  const parameters = { ...Object.fromEntries(defaults), ...address.parameters };
  assertPair(parameters, origin);
  for (const file of [sslRootCert, parameters.sslcert, parameters.sslcrl, parameters.sslkey]) {
    if (file && file !== 'system') assertReadable(file, origin);
  }
  return { ...address, sslRootCert, ...(Object.keys(parameters).length > 0 && { parameters }) };
}

const noAuthority = ({ ssl }: DatabaseAddress, origin: string, folder: string): UsageError =>
  new UsageError(
    `${origin} has sslmode=${ssl} but names no authority, and there is no ${path.join(folder, 'root.crt')}.`,
    'Name the file of the authority that signed the certificate of the server in sslrootcert, or write sslrootcert=system with sslmode=verify-full.',
  );

function assertPair(parameters: DatabaseAddress['parameters'], origin: string): void {
  const { sslcert, sslkey } = parameters ?? {};
  if (!sslcert || sslkey) return;
  throw new UsageError(
    `${origin} has a client certificate (${sslcert}) without its key.`,
    'Name the key in sslkey.',
  );
}

function assertReadable(file: string, origin: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw new UsageError(
      `${origin} names a certificate or key that can't be read: ${(error as Error).message}.`,
      'Correct sslrootcert, sslcert, sslkey or sslcrl in it, or make the file readable.',
    );
  }
}
