import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { buildId, Builds } from './builds.ts';
import { makeManifest } from './manifest.ts';

const root = path.dirname(import.meta.dirname);
const inRoot = (...parts: string[]): string => path.join(root, ...parts);

await new Builds(root).build(async (draft) => {
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
  writeFileSync(path.join(draft, 'build-id.txt'), `${buildId(root, draft)}\n`);
  replace(inRoot('oclif.manifest.json'), await makeManifest(root, path.basename(draft)));
});

/** Replaces a file as a whole, since commands that start meanwhile read it. */
function replace(file: string, text: string): void {
  if (readFileSync(file, 'utf8') === text) return;
  writeFileSync(`${file}.draft`, text);
  renameSync(`${file}.draft`, file);
}
