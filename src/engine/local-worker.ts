import { createHmac } from 'node:crypto';
import path from 'node:path';
import type { Home } from '../config/home.ts';
import { ensureWorker } from '../daemons/worker-daemon.ts';
import type { Announce } from '../rules/announce.ts';
import { readBuildId } from './build-id.ts';
import type { Service } from './service.ts';
import type { TemporalLink } from './temporal-link.ts';

/** Makes sure of a worker on this machine that is of this build and serves the service's database. */
export async function ensureLocalWorker(
  home: Home,
  service: Service,
  link: TemporalLink,
  env: NodeJS.ProcessEnv,
  announce: Announce,
  options?: { isRevival: boolean },
): Promise<{ socketPath: string }> {
  const [target, reached, key, buildId] = await Promise.all([
    service.target(),
    service.workerEnvironment(),
    link.payloadKey(),
    readBuildId(),
  ]);
  const { address: temporal } = await link.local();
  const keyFile = env['KEYWARD_PAYLOAD_KEY_FILE'];
  const environment = {
    ...reached,
    ...(keyFile && { KEYWARD_PAYLOAD_KEY_FILE: path.resolve(keyFile) }),
  };
  const fingerprint = createHmac('sha256', key.secret)
    .update(JSON.stringify([buildId, temporal, target, reached]))
    .digest('hex');
  const spec = { service: service.name, target, version: `build ${buildId}`, fingerprint, environment };
  return ensureWorker(home, spec, announce, options);
}
