import { MESSAGING_OPTIONS } from './messaging-options.ts';
import { type ConfigPaths, OsloConfig, readConfigFiles } from './oslo-config.ts';
import { bool, text } from './oslo-types.ts';
import { POLICY_OPTIONS } from './policy-options.ts';

/** The options that keyward reads, with Nova 34's types and defaults (`nova/conf/`, oslo.db, oslo.messaging, oslo.policy). */
export const NOVA_OPTIONS = {
  'api_database.connection': text(null),
  'database.connection': text(null),
  'service_user.send_service_user_token': bool(false),
  ...MESSAGING_OPTIONS,
  ...POLICY_OPTIONS,
} as const;

export type NovaOption = keyof typeof NOVA_OPTIONS;
export type NovaConfig = OsloConfig<typeof NOVA_OPTIONS>;

/** Reads a Nova's configuration from its files and the environment. */
export const readNovaConfig = (paths: ConfigPaths, env: NodeJS.ProcessEnv): NovaConfig =>
  new OsloConfig(NOVA_OPTIONS, readConfigFiles(paths), env);
