import { UsageError } from '../rules/errors.ts';
import type { ServiceName } from '../rules/service.ts';
import type { ServiceSettings } from '../rules/settings.ts';

const VARIABLE = 'OS_DATABASE__CONNECTION';

/**
 * Refuses the variable where a command may be about both services and Nova's is named: oslo.config takes it for
 * Keystone's database in one of them, and for a cell's in the other.
 */
export function assertUnambiguous(
  { identity, compute }: { [name in ServiceName]?: ServiceSettings | undefined },
  env: NodeJS.ProcessEnv,
): void {
  if (!identity || !compute || !env[VARIABLE]) return;
  const isNamed = compute.database.value !== null || compute.configFiles.length + compute.configDirs.length > 0;
  if (!isNamed) return;
  throw new UsageError(
    `${VARIABLE} is set, and both a Keystone and a Nova would take it for a database of theirs.`,
    'Unset it; name the databases in the configuration files, or in KEYWARD_KEYSTONE_DATABASE_URL and KEYWARD_NOVA_DATABASE_URL.',
  );
}
