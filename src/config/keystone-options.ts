import { passwordHashAlgorithms } from '../rules/identity/password.ts';
import { type ConfigPaths, OsloConfig, readConfigFiles } from './oslo-config.ts';
import { bool, choice, int, text } from './oslo-types.ts';
import { POLICY_OPTIONS } from './policy-options.ts';

const CACHE_BACKENDS = [
  'oslo_cache.memcache_pool',
  'oslo_cache.dict',
  'oslo_cache.etcd3gw',
  'dogpile.cache.pymemcache',
  'dogpile.cache.memcached',
  'dogpile.cache.pylibmc',
  'dogpile.cache.bmemcached',
  'dogpile.cache.dbm',
  'dogpile.cache.redis',
  'dogpile.cache.redis_sentinel',
  'dogpile.cache.memory',
  'dogpile.cache.memory_pickle',
  'dogpile.cache.null',
] as const;

/** The options that keyward reads, with Keystone 30's types and defaults (`keystone/conf/`, oslo.db, oslo.cache, oslo.policy). */
export const KEYSTONE_OPTIONS = {
  'database.connection': text(null),
  'identity.default_domain_id': text('default'),
  'identity.password_hash_algorithm': choice(passwordHashAlgorithms, 'bcrypt'),
  'identity.password_hash_rounds': int(null),
  'identity.caching': bool(true),
  'identity.cache_time': int(600),
  'resource.caching': bool(true, 'assignment.caching'),
  'resource.cache_time': int(null, { deprecated: ['assignment.cache_time'] }),
  'role.caching': bool(true),
  'role.cache_time': int(null),
  'revoke.caching': bool(true),
  'revoke.cache_time': int(3600, { deprecated: ['token.revocation_cache_time'] }),
  'catalog.caching': bool(true),
  'catalog.cache_time': int(null),
  'cache.enabled': bool(true),
  'cache.backend': choice(CACHE_BACKENDS, 'dogpile.cache.null'),
  'cache.expiration_time': int(600, { least: 1 }),
  ...POLICY_OPTIONS,
} as const;

export type KeystoneOption = keyof typeof KEYSTONE_OPTIONS;
export type KeystoneConfig = OsloConfig<typeof KEYSTONE_OPTIONS>;

/** Reads a Keystone's configuration from its files and the environment. */
export const readKeystoneConfig = (paths: ConfigPaths, env: NodeJS.ProcessEnv): KeystoneConfig =>
  new OsloConfig(KEYSTONE_OPTIONS, readConfigFiles(paths), env);
