/** Tells whether the operator points at a Temporal of their own; `@temporalio/envconfig` reads the rest. */
export const temporalIsExternal = (env: NodeJS.ProcessEnv): boolean =>
  ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some((name) => Boolean(env[name]));
