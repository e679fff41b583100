import type { DatabaseAddress } from './database-address.ts';
import type { PolicyOptions } from './policy.ts';

/** A value, and where it came from in the operator's words: a flag, a variable, a file's section and key, a default. */
export type Setting<T> = { value: T; origin: string };

/** Says which configuration files a command reads, as absolute paths in the order in which they were given. */
export type Configuration = {
  configFiles: string[];
  configDirs: string[];
  /** True if --embedded asks for the embedded PostgreSQL. */
  isEmbedded: boolean;
};

/** The settings of every service have these. */
export type ServiceSettings = Configuration & {
  /** It is null where the embedded PostgreSQL is meant. */
  database: Setting<DatabaseAddress | null>;
  policy: PolicyOptions;
};
