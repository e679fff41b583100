import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Packs keyward, installs the package elsewhere, and runs it there: nothing may depend on the source folder. */
const root = path.dirname(import.meta.dirname);
const dir = mkdtempSync(path.join(tmpdir(), 'keyward-pack-'));
const env = { ...process.env, KEYWARD_HOME: path.join(dir, 'home') };
const npm = (...args: string[]): string => execFileSync('npm', args, { cwd: dir, encoding: 'utf8', env });
const keyward = (...args: string[]): string =>
  execFileSync(process.execPath, [path.join(dir, 'node_modules/keyward/bin/run.js'), ...args], {
    cwd: dir,
    encoding: 'utf8',
    env,
  });

try {
  npm('pack', root, '--silent');
  const [tarball] = execFileSync('ls', [dir], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name.endsWith('.tgz'));
  npm('install', '--no-audit', '--no-fund', '--silent', '--omit=dev', `./${tarball}`);
  console.log(keyward('--version').trim());
  keyward('--help');
  try {
    keyward('db', 'sync');
    console.log(keyward('bootstrap', '--generate-password', '--bootstrap-region-id', 'RegionOne'));
    console.log(keyward('status', 'upgrade', 'check'));
  } finally {
    keyward('down', '--force');
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
