import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { buildId, Builds } from './builds.ts';
import { makeManifest } from './manifest.ts';

const root = path.dirname(import.meta.dirname);
const inRoot = (...parts: string[]): string => path.join(root, ...parts);

await new Builds(root).build(async (draft) => {
  const [{ code }] = await Promise.all([bundleWorkflows(), compile(draft)]);
  writeFileSync(path.join(draft, 'workflow-bundle.js'), code);
  writeFileSync(path.join(draft, 'build-id.txt'), `${buildId(root, draft)}\n`);
  replace(inRoot('oclif.manifest.json'), await makeManifest(root, path.basename(draft)));
});

async function compile(outDir: string): Promise<void> {
  const args = ['-p', 'tsconfig.build.json', '--outDir', outDir];
  const compiler = spawn(inRoot('node_modules/.bin/tsc'), args, { cwd: root, stdio: 'inherit' });
  const [code] = (await once(compiler, 'exit')) as [number | null];
  if (code !== 0) throw new Error('The sources could not be compiled.');
}

function bundleWorkflows(): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath: inRoot('src/workflows/index.ts'),
    workflowInterceptorModules: [inRoot('src/workflows/interceptors.ts')],
    failureConverterPath: inRoot('src/workflows/failure-converter.ts'),
    logger: { ...console, trace() {}, debug() {}, info() {}, log() {} },
  });
}

/** Replaces a file as a whole, since commands that start meanwhile read it. */
function replace(file: string, text: string): void {
  if (readFileSync(file, 'utf8') === text) return;
  writeFileSync(`${file}.draft`, text);
  renameSync(`${file}.draft`, file);
}
