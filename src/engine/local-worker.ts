import { createHmac } from 'node:crypto';
import path from 'node:path';
import { formatDatabaseUrl } from '../config/database-url.ts';
import type { Home } from '../config/home.ts';
import { ensureWorker } from '../daemons/worker-daemon.ts';
import type { Announce } from '../rules/announce.ts';
import { readBuildId } from './build-id.ts';
import type { Identity } from './identity.ts';
import type { TemporalLink } from './temporal-link.ts';

/** Makes sure of a worker on this machine that is of this build and serves the identity database of the settings. */
export async function ensureLocalWorker(
  home: Home,
  identity: Identity,
  link: TemporalLink,
  env: NodeJS.ProcessEnv,
  announce: Announce,
): Promise<{ socketPath: string }> {
  const [address, key, buildId] = await Promise.all([identity.address(), link.payloadKey(), readBuildId()]);
  const { address: temporal } = await link.local();
  const url = formatDatabaseUrl(address, { showPassword: true });
  const keyFile = env['KEYWARD_PAYLOAD_KEY_FILE'];
  const environment = {
    ...(!identity.isEmbedded && { KEYWARD_KEYSTONE_DATABASE_URL: url }),
    ...(keyFile && { KEYWARD_PAYLOAD_KEY_FILE: path.resolve(keyFile) }),
  };
  const fingerprint = createHmac('sha256', key.secret).update(`${buildId} ${temporal} ${url}`).digest('hex');
  const target = await identity.target();
  return ensureWorker(home, { target, version: `build ${buildId}`, fingerprint, environment }, announce);
}
