import { homedir } from 'node:os';
import path from 'node:path';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { UsageError } from '../rules/errors.ts';
import type { Configuration, Setting } from '../rules/settings.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { withTlsFiles } from './tls-files.ts';

/**
 * The flags that name configuration. Nova's have names of their own where a command serves Keystone too, and Keystone's
 * where a command on Nova looks up in Keystone's database who acts.
 */
export type Given = {
  'config-file'?: string[] | undefined;
  'config-dir'?: string[] | undefined;
  'nova-config-file'?: string[] | undefined;
  'nova-config-dir'?: string[] | undefined;
  'keystone-config-file'?: string[] | undefined;
  'keystone-config-dir'?: string[] | undefined;
  embedded?: boolean | undefined;
};

/**
 * What a command serves: `one` service; or `both` Keystone and Nova, each with flags of its own for configuration; or
 * `chosen`, that is one of the two, by a command which has the flags of both; or Keystone `beside` Nova, on which the
 * command works, to look up who acts.
 */
export type Serves = 'one' | 'both' | 'chosen' | 'beside';

/** How a service's main database is named: in its files, by keyward's own variable, and as a URL that is right. */
export type ServiceDatabase = { option: string; variable: string; example: string };

/** This variable means a database to Keystone and another one to Nova. */
export const AMBIGUOUS = 'OS_DATABASE__CONNECTION';

/** keyward's own variable for Nova's API database, which names a Nova wherever it is set. */
export const API_VARIABLE = 'KEYWARD_NOVA_API_DATABASE_URL';

/** keyward hands its local worker Nova's `[database] connection` in this variable, for the templates of cells. */
export const CELL_VARIABLE = 'KEYWARD_NOVA_DATABASE_URL';

export const configurationOf = (flags: Given, service: '' | 'nova-' | 'keystone-'): Configuration => ({
  configFiles: (flags[`${service}config-file`] ?? []).map(absolute),
  configDirs: (flags[`${service}config-dir`] ?? []).map(absolute),
  isEmbedded: flags.embedded ?? false,
});

/** Resolves a tilde as oslo.config does, since a shell leaves the one of `--config-file=~/keystone.conf` alone. */
const absolute = (file: string): string => path.resolve(file.replace(/^~(?=\/|$)/, () => homedir()));

/** Tells whether something names a Nova, where a command may be about a Keystone alone. */
const namesNova = (flags: Given, env: NodeJS.ProcessEnv): boolean =>
  [...(flags['nova-config-file'] ?? []), ...(flags['nova-config-dir'] ?? [])].length > 0 ||
  [API_VARIABLE, 'OS_API_DATABASE__CONNECTION'].some((name) => Boolean(env[name]));

/**
 * Gives Nova's options the environment without what names its cells' database, as long as nothing names a Nova: the one
 * variable is Keystone's then, and a stray other one is no reason to refuse a command that may be about Keystone alone.
 */
export const novaEnvironment = (flags: Given, env: NodeJS.ProcessEnv, serves: Serves): NodeJS.ProcessEnv =>
  serves === 'one' || namesNova(flags, env)
    ? env
    : { ...env, [AMBIGUOUS]: undefined, [CELL_VARIABLE]: undefined };

/**
 * Lets keyward's own variable beat the service's (OS_DATABASE__CONNECTION), which beats files; `configured` is asked
 * only where keyward's says nothing.
 */
export function connectionOf(
  variable: string,
  configured: () => Setting<string | null>,
  { flags, env, serves }: { flags: Given; env: NodeJS.ProcessEnv; serves: Serves },
): Setting<string | null> {
  const own = env[variable];
  if (own) return { value: own, origin: variable };
  const found = configured();
  if (serves !== 'both' || found.origin !== AMBIGUOUS || !namesNova(flags, env)) return found;
  throw new UsageError(
    `${AMBIGUOUS} is ambiguous here: it means a database of Keystone's or one of Nova's.`,
    `Unset it, and name the database in ${variable} or in a configuration file.`,
  );
}

/** Whoever names a configuration means its database: without one, the embedded database must be asked for. */
export function databaseOf(
  { value, origin }: Setting<string | null>,
  { configFiles, configDirs, isEmbedded }: Configuration,
  { option, variable, example }: ServiceDatabase,
  env: NodeJS.ProcessEnv,
): Setting<DatabaseAddress | null> {
  const configuration = [...configFiles, ...configDirs];
  if (!value) {
    if (isEmbedded || configuration.length === 0) return { value: null, origin: 'the embedded PostgreSQL' };
    const what = value === null ? `No ${option} is set in ${configuration.join(', ')}` : `${origin} is empty`;
    throw new UsageError(`${what}.`, "Set it, or add --embedded to work on keyward's own PostgreSQL.");
  }
  if (isEmbedded) throw twoDatabases(origin);
  const advice = { example, elsewhere: `in ${variable}` };
  const address = withTlsFiles(parseDatabaseUrl(value, origin, advice), origin, env);
  // keyward hands its worker the URL in this variable, whatever had set it, so the variable is no origin to name.
  return { value: origin === variable ? address : { ...address, origin }, origin };
}

/** Refuses --embedded beside what names a database. */
export const twoDatabases = (origin: string): UsageError =>
  new UsageError(`--embedded and ${origin} name two databases.`, 'Leave one of them out.');
