import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import type { Schema } from '../../src/database/schema.ts';
import { databaseNames } from '../../src/rules/schema-revision.ts';
import { suiteNames } from '../../src/rules/upgrade-check.ts';

it('each database that `db sync` takes has a schema, and each schema is of one of them', async () => {
  const files = readdirSync('src/database')
    .map((folder) => path.resolve('src/database', folder, 'schema.ts'))
    .filter((file) => existsSync(file));
  const modules = (await Promise.all(files.map((file) => import(file)))) as Record<string, Schema>[];
  const names = modules.flatMap((module) => Object.values(module)).map(({ name }) => name);
  // Here `compute` stands for the API database and every cell.
  const own = databaseNames.filter((name) => name !== 'compute');
  expect(names.toSorted()).toEqual(own.toSorted());
});

it("the audit's table is the same in every database", () => {
  const sets = readdirSync('migrations').filter((set) => set.startsWith('keyward'));
  const [first, ...others] = sets.map((set) => readFileSync(`migrations/${set}/001-audit.sql`, 'utf8'));
  expect(others.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toBe(first);
});

it('each suite of upgrade checks is a folder of them, and each folder is a suite', () => {
  const folders = readdirSync('src/checks', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(folders.toSorted()).toEqual(suiteNames.toSorted());
});
