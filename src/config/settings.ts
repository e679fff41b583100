import { readFileSync } from 'node:fs';
import path from 'node:path';
import { passwordHashAlgorithms, type PasswordHashing } from '../rules/bootstrap-request.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { UsageError } from '../rules/errors.ts';
import type { Setting, Settings } from '../rules/settings.ts';
import { confFilesIn } from './conf-files.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { type OsloConfig, parseOsloIni } from './oslo-ini.ts';
import { temporalIsExternal } from './temporal-environment.ts';
import { withTlsFiles } from './tls-files.ts';

type Given = { 'config-file'?: string[] | undefined; 'config-dir'?: string[] | undefined };
type Option = { value: string; origin: string } | null;

const DATABASE_VARIABLE = 'KEYWARD_KEYSTONE_DATABASE_URL';

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

/** Reads what flags, environment and files say, once; each value remembers its origin. Bad input is a UsageError. */
export function loadSettings(flags: Given, env: NodeJS.ProcessEnv): Settings {
  const configFiles = (flags['config-file'] ?? []).map((file) => path.resolve(file));
  const configDirs = (flags['config-dir'] ?? []).map((dir) => path.resolve(dir));
  const files = [...configFiles, ...configDirs.flatMap(confFilesIn)].map(readConfig);
  const option = (section: string, key: string): Option => lastOf(files, section, key);
  return {
    keystoneDatabase: databaseOf(env, option),
    configFiles,
    configDirs,
    defaultDomainId: domainIdOf(option('identity', 'default_domain_id')),
    passwordHashing: hashingOf(option),
    keystoneCacheTime: cacheTimeOf(option),
    temporalIsExternal: temporalIsExternal(env),
  };
}

function databaseOf(
  env: NodeJS.ProcessEnv,
  option: (section: string, key: string) => Option,
): Setting<DatabaseAddress | null> {
  const variable = env[DATABASE_VARIABLE];
  const given = variable ? { value: variable, origin: DATABASE_VARIABLE } : option('database', 'connection');
  if (!given) return { value: null, origin: 'the embedded PostgreSQL' };
  const address = parseDatabaseUrl(given.value, given.origin);
  return { value: withTlsFiles(address, given.origin, env), origin: given.origin };
}

/** A domain's id, of which Keystone stores 64 characters. */
function domainIdOf(option: Option): Setting<string> {
  const setting = orDefault(option, 'default');
  if ([...setting.value].length <= 64) return setting;
  throw new UsageError(
    `${setting.origin} has ${[...setting.value].length} characters; Keystone stores at most 64.`,
    'Name the id of a domain.',
  );
}

function hashingOf(option: (section: string, key: string) => Option): Setting<PasswordHashing> {
  const algorithm = orDefault(option('identity', 'password_hash_algorithm'), 'bcrypt');
  const rounds = option('identity', 'password_hash_rounds');
  const known = passwordHashAlgorithms.find((name) => name === algorithm.value);
  if (!known) {
    throw new UsageError(
      `${algorithm.origin}: '${algorithm.value}' is no password hash algorithm of Keystone 30.`,
      `Use one of: ${passwordHashAlgorithms.join(', ')}.`,
    );
  }
  return { value: { algorithm: known, rounds: rounds && roundsOf(known, rounds) }, origin: algorithm.origin };
}

function roundsOf(algorithm: PasswordHashing['algorithm'], given: NonNullable<Option>): number {
  const rounds = positive(given);
  const [least, most] = ROUNDS[algorithm];
  if (rounds >= least && rounds <= most) return rounds;
  throw new UsageError(
    `${given.origin}: ${rounds} rounds are not possible with ${algorithm}, which takes ${least} to ${most}.`,
    'Correct it, or remove the line.',
  );
}

/** The sections of what keyward writes that have a cache of their own; grants are in `role`'s. */
const CACHED = ['identity', 'resource', 'role', 'revoke', 'catalog'];
const NO_CACHE = 'dogpile.cache.null';

/**
 * The longest time that a Keystone with these files keeps in its cache what keyward writes. It caches by default, but
 * in no place that outlives a request.
 */
function cacheTimeOf(option: (section: string, key: string) => Option): Setting<number | null> {
  const [enabled, backend] = [option('cache', 'enabled'), option('cache', 'backend')];
  const isOn = enabled ? isTrue(enabled) : backend !== null && backend.value !== NO_CACHE;
  if (!isOn) return { value: null, origin: enabled?.origin ?? 'the default' };
  const common = option('cache', 'expiration_time') ?? { value: '600', origin: (enabled ?? backend)!.origin };
  const times = CACHED.filter((section) => {
    const caching = option(section, 'caching');
    return !caching || isTrue(caching);
  }).map((section) => option(section, 'cache_time') ?? common);
  const [longest] = times
    .map(({ value, origin }) => ({ value: positive({ value, origin }), origin }))
    .toSorted((one, other) => other.value - one.value);
  return longest ?? { value: null, origin: enabled?.origin ?? 'the default' };
}

/** A boolean as oslo.config reads it. */
function isTrue({ value, origin }: { value: string; origin: string }): boolean {
  const word = value.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw new UsageError(`${origin}: '${value}' is neither true nor false.`, 'Correct it, or remove the line.');
}

function positive({ value, origin }: { value: string; origin: string }): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new UsageError(
    `${origin}: '${value}' is no positive whole number.`,
    'Correct it, or remove the line.',
  );
}

const orDefault = (option: Option, value: string): Setting<string> =>
  option ?? { value, origin: 'the default' };

function readConfig(file: string): { file: string; config: OsloConfig } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${file} can't be read: ${(error as Error).message}.`,
      'Name a readable file with --config-file.',
    );
  }
  return { file, config: parseOsloIni(text, file) };
}

function lastOf(files: { file: string; config: OsloConfig }[], section: string, key: string): Option {
  for (const { file, config } of files.toReversed()) {
    const value = config.get(section)?.get(key);
    if (value) return { value, origin: `${file} [${section}] ${key}` };
  }
  return null;
}
