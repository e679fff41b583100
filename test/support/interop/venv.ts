import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { madeOnce } from './made-once.ts';

const run = promisify(execFile);

/**
 * `nova.virt.fake` imports fixtures, which Nova itself does not require. pycdlib reads the images of config drives, and
 * cloud-init needs configobj.
 */
const REQUIREMENTS = [
  'configobj==5.0.9',
  'fixtures==4.3.2',
  'keystone==30.0.0',
  'nova==34.0.0',
  'openstack-placement==16.0.0',
  'psycopg2-binary==2.9.13',
  'pycdlib==1.22.0',
  'python-openstackclient==10.5.0',
  'waitress==3.0.2',
];

/** Gives the folder of the real tools' Python, which is made once per user; throws, and never skips, if it can't be. */
export function ensureVenv(): Promise<string> {
  const hash = createHash('sha256').update(REQUIREMENTS.join()).digest('hex').slice(0, 12);
  return madeOnce(`interop-${hash}`, installVenv);
}

async function installVenv(venv: string): Promise<void> {
  process.stderr.write(`Installing ${REQUIREMENTS.join(', ')} into ${venv} (once; two minutes).\n`);
  await run('python3', [
    '-c',
    'import sys; assert sys.version_info >= (3, 11), "interop needs python3 >= 3.11"',
  ]);
  await run('python3', ['-m', 'venv', venv]);
  await run(path.join(venv, 'bin/pip'), ['install', '--quiet', ...REQUIREMENTS], { maxBuffer: 64 << 20 });
}
