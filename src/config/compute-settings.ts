import type { ComputeSettings } from '../rules/compute/settings.ts';
import { UsageError } from '../rules/errors.ts';
import type { Setting } from '../rules/settings.ts';
import { type NovaConfig, readNovaConfig } from './nova-options.ts';
import { notificationSettingsOf, notificationVariables } from './notification-settings.ts';
import { policyOptionsOf } from './policy-options.ts';
import {
  API_VARIABLE,
  CELL_VARIABLE,
  configurationOf,
  connectionOf,
  databaseOf,
  type Given,
  novaEnvironment,
  type ServiceDatabase,
  type Serves,
  twoDatabases,
} from './service-database.ts';
import { assertFilesOf } from './whose-file.ts';

export const API_DATABASE: ServiceDatabase = {
  option: '[api_database] connection',
  variable: API_VARIABLE,
  example: 'postgresql+psycopg2://nova:PASSWORD@db.example:5432/nova_api',
};

/**
 * Reads what flags, environment and a Nova's files say; each value remembers its origin. Where a command has
 * flags of both, Nova's files are those of --nova-config-file and --nova-config-dir. Bad input is a UsageError.
 */
export function loadComputeSettings(
  flags: Given,
  whole: NodeJS.ProcessEnv,
  serves: Serves = 'one',
): ComputeSettings {
  const env = novaEnvironment(flags, whole, serves);
  const from = { flags, env, serves };
  const configuration = configurationOf(flags, serves === 'one' ? '' : 'nova-');
  const config = readNovaConfig(configuration, env);
  assertFilesOf('Nova', config.files, serves);
  const connection = connectionOf(API_DATABASE.variable, () => config.get('api_database.connection'), from);
  const database = databaseOf(connection, configuration, API_DATABASE, env);
  const cellBase = connectionOf(CELL_VARIABLE, () => config.get('database.connection'), from);
  if (database.value === null) assertUnnamed(cellBase, configuration.isEmbedded);
  return {
    ...configuration,
    database,
    cellBase,
    transportBase: transportBaseOf(config),
    policy: policyOptionsOf(config),
    notifications: {
      read: () => notificationSettingsOf(config),
      variables: () => notificationVariables(config),
    },
  };
}

/** The embedded cells are filled in from the embedded PostgreSQL, so another base would lead to a stranger's database. */
function assertUnnamed({ value, origin }: Setting<string | null>, isEmbedded: boolean): void {
  if (!value) return;
  if (isEmbedded) throw twoDatabases(origin);
  throw new UsageError(
    `${origin} names a database of Nova's cells, but nothing names Nova's API database.`,
    `Name that in ${API_DATABASE.variable} too, or unset ${origin} to work on keyward's own PostgreSQL.`,
  );
}

/** oslo.messaging has a default here, from which Nova fills templates in too. */
function transportBaseOf(config: NovaConfig): Setting<string> {
  const { value, origin, isSet } = config.get('DEFAULT.transport_url');
  return { value, origin: isSet ? origin : 'the default of [DEFAULT] transport_url' };
}
