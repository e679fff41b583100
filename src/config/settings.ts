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

type Given = { 'config-file'?: string[] | undefined; 'config-dir'?: string[] | undefined };
type Option = { value: string; origin: string } | null;

const DATABASE_VARIABLE = 'KEYWARD_KEYSTONE_DATABASE_URL';

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
    defaultDomainId: orDefault(option('identity', 'default_domain_id'), 'default'),
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
  return { value: parseDatabaseUrl(given.value, given.origin), origin: given.origin };
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
  return { value: { algorithm: known, rounds: rounds && positive(rounds) }, origin: algorithm.origin };
}

/** Where the given file says that Keystone keeps a cache, for how long (oslo.cache's default: 600 s). */
function cacheTimeOf(option: (section: string, key: string) => Option): Setting<number | null> {
  const enabled = option('cache', 'enabled');
  if (!enabled || !isTrue(enabled)) return { value: null, origin: enabled?.origin ?? 'the default' };
  const seconds = option('cache', 'expiration_time');
  return { value: seconds ? positive(seconds) : 600, origin: enabled.origin };
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
