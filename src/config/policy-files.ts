import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RuleError, UsageError } from '../rules/errors.ts';
import type { PolicyFile, PolicyFiles, PolicyOverride } from '../rules/policy.ts';
import { confFilesIn } from './conf-files.ts';
import { type OsloConfig, parseOsloIni } from './oslo-ini.ts';
import { accountFolder } from './user-folders.ts';

/** Absolute paths, in the order in which they were given. */
export type ConfigPaths = { configFiles: string[]; configDirs: string[] };

const DEFAULT_FILE = 'policy.yaml';
const ABANDONED_FILE = 'policy.json';
const DEFAULT_DIRS = ['policy.d'];

/** Where oslo.config looks after the folders of the given configuration (`_get_config_dirs`, project keystone). */
function standardDirs(): string[] {
  const account = accountFolder(process.env);
  return [...(account ? [path.join(account, '.keystone'), account] : []), '/etc/keystone', '/etc'];
}

/** The policy files of a Keystone that runs with this configuration. Nothing is read before it is asked for. */
export function openPolicyFiles(paths: ConfigPaths, searchAfter: string[] = standardDirs()): PolicyFiles {
  const search = [...paths.configDirs, ...paths.configFiles.toReversed().map(path.dirname), ...searchAfter];
  const find = (name: string) => findFile(search, name);

  const policyFile = async (): Promise<PolicyFile | null> => {
    const { policyFile: name } = await policyOptions(paths);
    const found = await find(name ?? DEFAULT_FILE);
    return found === null ? null : readPolicyFile(found);
  };
  const policyDirFiles = async (): Promise<PolicyFile[]> => {
    const { policyDirs } = await policyOptions(paths);
    const found = await Promise.all(policyDirs.map(find));
    const files = await Promise.all(found.filter((dir) => dir !== null).map(filesIn));
    return Promise.all(files.flat().map(readPolicyFile));
  };
  return {
    policyFile,
    abandonedJson: async () => ((await policyOptions(paths)).policyFile ? null : find(ABANDONED_FILE)),
    overrides: async () => {
      const files = [...[await policyFile()].filter((file) => file !== null), ...(await policyDirFiles())];
      return new Map((await Promise.all(files.map(rulesOf))).flat());
    },
  };
}

/** oslo.config's `find_file`: the first folder of the search path that has it; an absolute name is taken as it is. */
async function findFile(search: string[], name: string): Promise<string | null> {
  for (const dir of search) {
    const candidate = path.resolve(dir, name);
    if (await exists(candidate)) return candidate;
  }
  return null;
}

/** What may not be looked at may well be there: that nobody knows is no answer. */
async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return false;
    throw unreadable(file, error as Error);
  }
}

async function policyOptions({ configFiles, configDirs }: ConfigPaths) {
  const files = [...configFiles, ...configDirs.flatMap(confFilesIn)];
  const sections = await Promise.all(files.map(policySection));
  const entries = sections.flatMap((section) => [...section]);
  const dirs = entries.filter(([key]) => key.startsWith('policy_dirs')).map(([, value]) => value);
  return {
    policyFile: entries.findLast(([key, value]) => key === 'policy_file' && value !== '')?.[1] ?? null,
    policyDirs: dirs.length > 0 ? dirs : DEFAULT_DIRS,
  };
}

async function policySection(file: string): Promise<Map<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new UsageError(`${file} can't be read: ${reasonOf(error)}.`, 'Name a readable --config-file.');
  });
  let count = 0;
  // policy_dirs is a MultiStrOpt: every line of it counts, where the parser keeps the last of repeated keys.
  const numbered = text.replaceAll(/^policy_dirs(?=\s*[=:])/gm, () => `policy_dirs ${(count += 1)}`);
  const config: OsloConfig = parseOsloIni(numbered, file);
  return config.get('oslo_policy') ?? new Map<string, string>();
}

/** The files of a folder in their order, as oslo.policy walks it: no hidden ones, no folders below. */
async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: Error) => {
    throw unreadable(dir, error);
  });
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => path.join(dir, entry.name))
    .toSorted();
}

const readPolicyFile = async (file: string): Promise<PolicyFile> => ({
  path: file,
  text: await readFile(file, 'utf8').catch((error: Error) => {
    throw unreadable(file, error);
  }),
});

/** Reads as PyYAML's safe loader does: YAML 1.1, the last of repeated keys wins. */
async function rulesOf({ path: file, text }: PolicyFile): Promise<[string, PolicyOverride][]> {
  const { parse } = await import('yaml');
  let parsed: unknown;
  try {
    parsed = parse(text, { version: '1.1', uniqueKeys: false, logLevel: 'error', prettyErrors: true });
  } catch (error) {
    // Only the first line: what follows quotes the file.
    throw malformed(file, `is not valid YAML: ${(error as Error).message.split('\n')[0]!.replace(/:$/, '')}`);
  }
  if (!parsed) return [];
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw malformed(file, 'holds no mapping of rules');
  return Object.entries(parsed).map(([rule, value]) => [rule, { value, path: file }]);
}

const malformed = (file: string, what: string): RuleError =>
  new RuleError('PolicyFileMalformed', `The policy file ${file} ${what}.`, { cure: `Correct ${file}.` });

const unreadable = (file: string, error: Error): RuleError =>
  new RuleError('PolicyFileUnreadable', `${file} can't be read: ${reasonOf(error)}.`, {
    cure: `Make ${file} a readable file for the user of keyward's worker.`,
  });

/** A system error without the path, which its message repeats. */
const reasonOf = (error: Error): string => error.message.replace(/,? \w+( '.*')?$/, '');
