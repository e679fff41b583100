import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RuleError } from '../rules/errors.ts';
import type { PolicyFile, PolicyFiles, PolicyOptions, PolicyOverride } from '../rules/policy.ts';
import { type ConfigPaths, reasonOf } from './oslo-config.ts';
import { accountFolder } from './user-folders.ts';

const ABANDONED_FILE = 'policy.json';

/** Lists where oslo.config looks after the given configuration's folders (`_get_config_dirs`). */
function standardDirs(project: string): string[] {
  const account = accountFolder(process.env);
  return [...(account ? [path.join(account, `.${project}`), account] : []), `/etc/${project}`, '/etc'];
}

/** Gives access to the policy files of a project with this configuration; each is read only when it is asked for. */
export function openPolicyFiles(
  project: string,
  { configFiles, configDirs, policy }: ConfigPaths & { policy: PolicyOptions },
  searchAfter: string[] = standardDirs(project),
): PolicyFiles {
  const search = [...configDirs, ...configFiles.toReversed().map(path.dirname), ...searchAfter];
  const find = (name: string) => findFile(search, name);

  const policyFile = async (): Promise<PolicyFile | null> => {
    const found = await find(policy.policyFile);
    return found === null ? null : readPolicyFile(found);
  };
  const policyDirFiles = async (): Promise<PolicyFile[]> => {
    const found = await Promise.all(policy.policyDirs.map(find));
    const files = await Promise.all(found.filter((dir) => dir !== null).map(filesIn));
    return Promise.all(files.flat().map(readPolicyFile));
  };
  return {
    policyFile,
    abandonedJson: async () => (policy.namesPolicyFile ? null : find(ABANDONED_FILE)),
    overrides: async () => {
      const files = [...[await policyFile()].filter((file) => file !== null), ...(await policyDirFiles())];
      return new Map((await Promise.all(files.map(rulesOf))).flat());
    },
  };
}

/** Looks for a file as oslo.config's `find_file` does: the first folder that has it wins, an absolute name stays. */
async function findFile(search: string[], name: string): Promise<string | null> {
  for (const dir of search) {
    const candidate = path.resolve(dir, name);
    if (await exists(candidate)) return candidate;
  }
  return null;
}

/** Tells whether a file is there; throws where it may not be looked at, since then it may be there or not. */
async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return false;
    throw unreadable(file, error as Error);
  }
}

/** Lists a folder's files in the order in which oslo.policy walks it, without hidden ones and folders below. */
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
    // Only the first line is shown, since the following ones quote the file.
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
