import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { makeManifest } from './manifest.ts';

const root = path.dirname(import.meta.dirname);
const inRoot = (...parts: string[]): string => path.join(root, ...parts);

/** Compiles to a folder beside dist and swaps it in, so that a running command never sees half a build. */
const draft = inRoot('dist.draft');
rmSync(draft, { recursive: true, force: true });
execFileSync(inRoot('node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', draft], {
  cwd: root,
  stdio: 'inherit',
});
const { code } = await bundleWorkflowCode({
  workflowsPath: inRoot('src/workflows/index.ts'),
  workflowInterceptorModules: [inRoot('src/workflows/interceptors.ts')],
  failureConverterPath: inRoot('src/workflows/failure-converter.ts'),
  logger: { ...console, trace() {}, debug() {}, info() {}, log() {} },
});
writeFileSync(path.join(draft, 'workflow-bundle.js'), code);
writeFileSync(path.join(draft, 'build-id.txt'), `${buildId(draft)}\n`);
rmSync(inRoot('dist'), { recursive: true, force: true });
renameSync(draft, inRoot('dist'));
writeFileSync(inRoot('oclif.manifest.json'), await makeManifest(root));

/** The same sources give the same id. */
function buildId(dir: string): string {
  const hash = createHash('sha256');
  const migrations = readdirSync(inRoot('migrations'), { recursive: true, encoding: 'utf8' }).toSorted();
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).toSorted();
  for (const file of files)
    if (file.endsWith('.js')) hash.update(file).update(readFileSync(path.join(dir, file)));
  for (const file of migrations) {
    if (file.endsWith('.sql')) hash.update(file).update(readFileSync(inRoot('migrations', file)));
  }
  return hash.digest('hex').slice(0, 12);
}
