import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { expect, it } from '@jest/globals';

type PackageFile = { dependencies: Record<string, string> };
type LockFile = { packages: Record<string, { version: string; dependencies?: Record<string, string> }> };

const IMPORT =
  /(?:^(?:import|export) [^;'=(]*\bfrom |^import |\bimport\(|\bcreateRequire\(import\.meta\.url\)\()'([^'.][^']*)'/gm;
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as PackageFile;

/** The packages that a source imports, types included: whoever installs keyward alone must get them. */
const packagesIn = (text: string): string[] =>
  [...text.matchAll(IMPORT)]
    .map(([, name]) => name!)
    .filter((name) => !isBuiltin(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );

const missing = (text: string): string[] => packagesIn(text).filter((name) => !(name in dependencies));

it('every package that the sources import is a dependency of its own', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const texts = files.map((file) => readFileSync(path.join('src', file), 'utf8'));
  expect(new Set(texts.flatMap(packagesIn)).size).toBeGreaterThan(10);
  expect(texts.flatMap(missing)).toEqual([]);
});

it.each(["import type { X } from 'planted';", "await import('@planted/pkg/sub');"])(
  'and one that is not would be seen: %s',
  (text) => expect(missing(text)).toHaveLength(1),
);

it('the query builder is the very one of the entity manager', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
  const copies = Object.keys(packages).filter((name) => name.endsWith('node_modules/kysely'));
  expect(copies).toEqual(['node_modules/kysely']);
  expect(packages['node_modules/@mikro-orm/postgresql']!.dependencies!['kysely']).toBe(
    dependencies['kysely'],
  );
});
