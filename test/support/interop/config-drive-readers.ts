import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { librariesIn, unpackPackages } from './debian.ts';
import { madeOnce } from './made-once.ts';
import { ensureVenv } from './venv.ts';

const run = promisify(execFile);

/** What a guest's cloud-init knows after it has read a config drive; `user_data` is base64. */
export type Seen = {
  found: boolean;
  instance_id: string;
  hostname: string;
  public_keys: string[];
  user_data: string | null;
  [field: string]: unknown;
};

/** The files of an image, in base64 by their paths, as each of its two sets of names shows them; null if it has none. */
export type ReadImage = {
  label: string;
  rock_ridge: Record<string, string> | null;
  joliet: Record<string, string> | null;
};

/** Lets Debian's cloud-init, unpacked and not installed, read a folder as the config drive that it has found. */
export async function readByCloudInit(folder: string): Promise<Seen> {
  const root = await madeOnce('cloud-init-debian', (dir) => unpackPackages(dir, ['cloud-init'], /^$/));
  const state = mkdtempSync(path.join(tmpdir(), 'keyward-cloud-init-'));
  try {
    const modules = path.join(root, 'usr/lib/python3/dist-packages');
    return (await readBy(['cloud-init', folder, state], { PYTHONPATH: modules })) as Seen;
  } finally {
    rmSync(state, { recursive: true });
  }
}

/** Lets pycdlib read an ISO 9660 image. */
export const readIso = async (file: string): Promise<ReadImage> =>
  (await readBy(['iso', file], {})) as ReadImage;

async function readBy(args: string[], env: NodeJS.ProcessEnv): Promise<unknown> {
  const python = path.join(await ensureVenv(), 'bin/python');
  const program = path.resolve('test/support/interop/config_drive.py');
  const { stdout } = await run(python, ['-W', 'ignore', program, ...args], { env, maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as unknown;
}

/** Gives a search path on which there is one program that makes ISO 9660 images; it is Debian's, and not installed. */
export async function isoToolPath(name: 'xorriso' | 'genisoimage'): Promise<string> {
  const root = await madeOnce('iso-tools-debian', unpackTools);
  return path.join(root, 'tools', name);
}

async function unpackTools(root: string): Promise<void> {
  const names = ['xorriso', 'genisoimage'];
  await unpackPackages(root, names, /^lib(isoburn|burn|isofs|jte|readline|magic|acl|bz2)/);
  for (const name of names) {
    const folder = path.join(root, 'tools', name);
    mkdirSync(folder, { recursive: true });
    const script = `#!/bin/sh\nLD_LIBRARY_PATH=${librariesIn(root)} exec ${root}/usr/bin/${name} "$@"\n`;
    writeFileSync(path.join(folder, name), script, { mode: 0o755 });
  }
}
