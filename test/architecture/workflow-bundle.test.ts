import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bundleWorkflowCode } from '@temporalio/worker';

const inRoot = (file: string): string => path.join(process.cwd(), file);
const ALLOWED = [
  /^(webpack\/|ignored\|)/,
  /^src\/(workflows|rules)\//,
  /^node_modules\/@temporalio\/(workflow|common|activity|proto)\//,
  /^node_modules\/(long|ms|protobufjs|@protobufjs|nexus-rpc|assert|util|webpack)/,
];

/** The modules in a bundle, by the paths that webpack's source map names. */
function modulesOf(code: string): string[] {
  const map = /sourceMappingURL=data:application\/json;[^,]*base64,(\S+)/.exec(code);
  const { sources } = JSON.parse(Buffer.from(map![1]!, 'base64').toString()) as { sources: string[] };
  return sources.map((source) =>
    path.relative(process.cwd(), source.replace(/^webpack:\/\/[^/]*\//, '').split('?')[0]!),
  );
}

const bundle = (workflowsPath: string) =>
  bundleWorkflowCode({
    workflowsPath: inRoot(workflowsPath),
    workflowInterceptorModules: [inRoot('src/workflows/interceptors.ts')],
    failureConverterPath: inRoot('src/workflows/failure-converter.ts'),
    logger: { ...console, trace() {}, debug() {}, info() {}, log() {} },
  });

describe('the workflow bundle', () => {
  it('contains workflows, rules and what Temporal needs, and nothing else', async () => {
    const modules = modulesOf((await bundle('src/workflows/index.ts')).code);
    expect(modules).toContain('src/workflows/bootstrap.ts');
    expect(modules.filter((file) => !ALLOWED.some((allowed) => allowed.test(file)))).toEqual([]);
  });

  it('is what the build ships', async () => {
    const names = (code: string) => modulesOf(code).toSorted();
    const shipped = readFileSync(inRoot('dist/workflow-bundle.js'), 'utf8');
    expect(names(shipped)).toEqual(names((await bundle('src/workflows/index.ts')).code));
  });
});
