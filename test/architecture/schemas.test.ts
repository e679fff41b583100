import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import type { Schema } from '../../src/database/schema.ts';
import { databaseNames } from '../../src/rules/schema-revision.ts';

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
