import type { PasswordHashing } from '../rules/identity/password.ts';
import { UsageError } from '../rules/errors.ts';
import type { IdentitySettings } from '../rules/identity/settings.ts';
import type { Setting } from '../rules/settings.ts';
import { type KeystoneConfig, readKeystoneConfig } from './keystone-options.ts';
import { policyOptionsOf } from './policy-options.ts';
import {
  AMBIGUOUS,
  configurationOf,
  connectionOf,
  databaseOf,
  type Given,
  type ServiceDatabase,
  type Serves,
} from './service-database.ts';
import { assertFilesOf } from './whose-file.ts';

const DATABASE: ServiceDatabase = {
  option: '[database] connection',
  variable: 'KEYWARD_KEYSTONE_DATABASE_URL',
  example: 'postgresql+psycopg2://keystone:PASSWORD@db.example:5432/keystone',
};

/**
 * What Keystone's help of `password_hash_rounds` allows (`keystone/conf/identity.py`). One more of bcrypt's or scrypt's
 * doubles the time, and of scrypt's the memory.
 */
const ROUNDS: Record<PasswordHashing['algorithm'], [least: number, most: number]> = {
  bcrypt: [4, 31],
  bcrypt_sha256: [4, 31],
  scrypt: [1, 31],
  pbkdf2_sha512: [1, 999_999_999],
};

/** Reads what flags, environment and a Keystone's files say; each value remembers its origin. Bad input is a UsageError. */
export function loadIdentitySettings(
  flags: Given,
  env: NodeJS.ProcessEnv,
  serves: Serves = 'one',
): IdentitySettings {
  const configuration = configurationOf(flags, serves === 'beside' ? 'keystone-' : '');
  const config = readKeystoneConfig(configuration, env);
  assertFilesOf('Keystone', config.files, serves);
  const connection = connectionOf(DATABASE.variable, () => config.get('database.connection'), {
    flags,
    env,
    serves,
  });
  return {
    ...configuration,
    database: databaseOf(connection, configuration, DATABASE, env),
    defaultDomainId: domainIdOf(config.get('identity.default_domain_id')),
    passwordHashing: hashingOf(config),
    cacheTime: cacheTimeOf(config),
    policy: policyOptionsOf(config),
  };
}

/**
 * Reads the same for a command on Nova, which looks up there who acts. Null if nothing names a Keystone's database,
 * unless Nova's is the embedded one (`isAlone`): then Keystone's is too. The variable that both would read
 * (OS_DATABASE__CONNECTION) means Nova's.
 */
export function loadIdentityBeside(
  flags: Given,
  env: NodeJS.ProcessEnv,
  isAlone: boolean,
): IdentitySettings | null {
  const settings = loadIdentitySettings(flags, { ...env, [AMBIGUOUS]: undefined }, 'beside');
  return settings.database.value === null && !isAlone ? null : settings;
}

/** Refuses what can't be a domain's id, of which Keystone stores 64 characters. */
function domainIdOf(setting: Setting<string>): Setting<string> {
  const { length } = [...setting.value];
  if (length > 0 && length <= 64) return setting;
  throw new UsageError(
    `${setting.origin} has ${length} characters; Keystone stores 1 to 64.`,
    'Name the id of a domain.',
  );
}

function hashingOf(config: KeystoneConfig): Setting<PasswordHashing> {
  const { value: algorithm, origin } = config.get('identity.password_hash_algorithm');
  const rounds = config.get('identity.password_hash_rounds');
  return { value: { algorithm, rounds: roundsOf(algorithm, rounds) }, origin };
}

function roundsOf(
  algorithm: PasswordHashing['algorithm'],
  { value: rounds, origin }: Setting<number | null>,
): number | null {
  const [least, most] = ROUNDS[algorithm];
  if (rounds === null || (rounds >= least && rounds <= most)) return rounds;
  throw new UsageError(
    `${origin}: ${rounds} rounds are not possible with ${algorithm}, which takes ${least} to ${most}.`,
    'Correct it, or remove the line.',
  );
}

/** These groups of what keyward writes have a cache time of their own; grants are in `role`'s. */
const CACHED = ['identity', 'resource', 'role', 'revoke', 'catalog'] as const;
const NO_CACHE = 'dogpile.cache.null';

/**
 * Finds the longest time that a Keystone with this configuration keeps in its cache what keyward writes. By default it
 * caches, but in no place that outlives a request.
 */
function cacheTimeOf(config: KeystoneConfig): Setting<number | null> {
  const [enabled, backend] = [config.get('cache.enabled'), config.get('cache.backend')];
  if (!enabled.value) return { value: null, origin: enabled.origin };
  if (backend.value === NO_CACHE) return { value: null, origin: backend.origin };
  const common = config.get('cache.expiration_time');
  const times = CACHED.filter((group) => config.get(`${group}.caching`).value)
    .map((group) => config.get(`${group}.cache_time`))
    .map((own) => positive(own.value === null ? common : own))
    .toSorted((one, other) => other.value - one.value);
  return times[0] ?? { value: null, origin: enabled.origin };
}

function positive({ value, origin }: Setting<number | null>): Setting<number> {
  if (value !== null && value > 0) return { value, origin };
  throw new UsageError(`${origin} is no positive number of seconds.`, 'Correct it, or remove it.');
}
