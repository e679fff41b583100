import type { PasswordHashing } from './identity/bootstrap/request.ts';
import type { DatabaseAddress } from './database-address.ts';
import type { PolicyOptions } from './policy.ts';

/** A value, and where it came from in the operator's words: a flag, a variable, a file's section and key, a default. */
export type Setting<T> = { value: T; origin: string };

/** Everything that flags, environment and configuration files say, parsed once. */
export type Settings = {
  /** It is null where the embedded PostgreSQL is meant. */
  keystoneDatabase: Setting<DatabaseAddress | null>;
  /** The paths are absolute, and in the order in which they were given. */
  configFiles: string[];
  configDirs: string[];
  /** True if --embedded asks for the embedded PostgreSQL. */
  isEmbedded: boolean;
  defaultDomainId: Setting<string>;
  passwordHashing: Setting<PasswordHashing>;
  /** So many seconds a Keystone beside us may answer from its cache; null if it keeps none. */
  keystoneCacheTime: Setting<number | null>;
  policy: PolicyOptions;
  /** True if TEMPORAL_ADDRESS (or a Temporal profile) points at a server that is not ours. */
  temporalIsExternal: boolean;
};
