import { execFile, type ExecFileException } from 'node:child_process';
import { access, chmod, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { RuleError } from '../../rules/errors.ts';
import { sync } from '../private-files.ts';

const run = promisify(execFile);

/** A program that makes ISO 9660 images; `before` stands before the options that all of them understand. */
export type IsoTool = { file: string; before: string[] };

/** xorriso otherwise reads files of the account's that may change what it does. */
const TOOLS = [
  { name: 'xorriso', before: ['-no_rc', '-as', 'mkisofs'] },
  { name: 'genisoimage', before: [] },
  { name: 'mkisofs', before: [] },
];

/** A guest finds its config drive by this label. */
const LABEL = 'config-2';

/** Far more than some hundred kilobytes take. */
const PATIENCE_MS = 60_000;

/** Finds the first of the tools in a search path like PATH's; null if there is none. */
export async function findIsoTool(searchPath: string): Promise<IsoTool | null> {
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const { name, before } of TOOLS) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      if (await isProgram(file)) return { file, before };
    }
  }
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * Makes an image of a folder that a guest takes for its config drive, readable by its owner alone.
 *
 * NOTE: nova/virt/configdrive.py, ConfigDriveBuilder._make_iso9660, has these options.
 */
export async function makeIso({ file, before }: IsoTool, folder: string, image: string): Promise<void> {
  const names = ['-ldots', '-allow-lowercase', '-allow-multidot', '-l', '-J', '-r'];
  const args = [...before, '-o', image, ...names, '-publisher', 'keyward', '-quiet', '-V', LABEL, folder];
  try {
    await run(file, args, {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
  } catch (error) {
    throw failure(file, error as ExecFileException);
  }
  await chmod(image, 0o600);
  await sync(image);
}

/** The program's own words may be long and may quote what it read, so that they are not passed on. */
function failure(file: string, error: ExecFileException): Error {
  if (/no space left on device/i.test(error.stderr ?? ''))
    return Object.assign(new Error('no space'), { code: 'ENOSPC' });
  return new RuleError('IsoToolFailed', `${file} ${endOf(error)}, and made no image of the config drive.`, {
    cure: `See whether \`${file} --version\` works, and mend or remove that program: keyward then takes another, or goes without.`,
  });
}

/** Node gives a number where the program ran, and a name where it could not. */
function endOf({ code, killed, signal }: ExecFileException): string {
  if (killed) return `took longer than ${PATIENCE_MS / 1000} s`;
  if (signal) return `was ended by ${signal}`;
  return typeof code === 'number' ? `ended with ${code}` : `could not be run (${code})`;
}
