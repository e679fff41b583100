import type { PasswordHashing } from './identity/bootstrap/request.ts';
import type { DatabaseAddress } from './database-address.ts';
import type { PolicyOptions } from './policy.ts';

/** A value and where it came from, in the operator's words: a flag, a variable, a file's section and key, a default. */
export type Setting<T> = { value: T; origin: string };

/** Everything that flags, environment and configuration files say, parsed once. */
export type Settings = {
  /** Null: the embedded PostgreSQL. */
  keystoneDatabase: Setting<DatabaseAddress | null>;
  /** Absolute paths, in the order in which they were given. */
  configFiles: string[];
  configDirs: string[];
  /** Whether the embedded PostgreSQL was asked for by --embedded. */
  isEmbedded: boolean;
  defaultDomainId: Setting<string>;
  passwordHashing: Setting<PasswordHashing>;
  /** For how many seconds a Keystone beside us may answer from its cache; null: it keeps none. */
  keystoneCacheTime: Setting<number | null>;
  policy: PolicyOptions;
  /** Whether TEMPORAL_ADDRESS (or a Temporal profile) points at a server that is not ours. */
  temporalIsExternal: boolean;
};
