import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { circlesIn, type Import, importsOf, readImports, refusal, wallsTable } from './imports.ts';

const refusals = (imports: Import[]): string[] => imports.map(refusal).filter((why) => why !== null);
const inSource = (file: string, text: string): string[] => refusals(importsOf(file, text));

describe('who may import whom', () => {
  const imports = readImports();

  it('holds in the sources, for static and dynamic imports and for types', () => {
    expect(imports.length).toBeGreaterThan(900);
    expect(refusals(imports)).toEqual([]);
  });

  it('has no circle', () => {
    expect(circlesIn(imports)).toEqual([]);
  });

  it('is the table of ARCHITECTURE.md', () => {
    expect(readFileSync('ARCHITECTURE.md', 'utf8')).toContain(wallsTable());
  });

  it.each([
    ['commands/x.ts', "import { x } from '../database/connection.ts';"],
    ['commands/x.ts', "await import('../temporal/run-admin.ts');"],
    ['commands/db/x.ts', "import { x } from '../../config/identity-settings.ts';"],
    ['commands/x.ts', "import { x } from '../engine/engine.ts';"],
    ['cli/x.ts', "import { x } from '../services/audit/audit-service.ts';"],
    ['cli/x.ts', "await import('../config/home.ts');"],
    ['cli/output/x.ts', "import type { X } from '../../engine/engine.ts';"],
    ['cli/prompts/x.ts', "import { x } from '../../services/identity/resource-service.ts';"],
    ['http/x.ts', "import { x } from '../database/database.ts';"],
    ['engine/x.ts', "import { x } from '../commands/up.ts';"],
    ['engine/x.ts', "import { x } from '../cli/base-command.ts';"],
    ['engine/x.ts', "import { x } from '../database/connection.ts';"],
    ['engine/x.ts', "import { x } from '../workflows/index.ts';"],
    ['temporal/x.ts', "await import('../activities/identity.ts');"],
    ['temporal/x.ts', "import { x } from '../database/patience.ts';"],
    ['temporal/x.ts', "import { x } from '../daemons/daemon.ts';"],
    ['daemons/postgres/x.ts', "import { x } from '../../temporal/connection.ts';"],
    ['daemons/x.ts', "import type { X } from '../cli/output/parts-table.ts';"],
    ['workflows/x.ts', "import { x } from '../services/audit/audit-service.ts';"],
    ['workflows/x.ts', "import { x } from '../activities/identity.ts';"],
    ['workflows/x.ts', "import { x } from '@mikro-orm/core';"],
    ['workflows/x.ts', "await import('node:fs');"],
    ['activities/x.ts', "import { x } from '../services/audit/audit-service.ts';"],
    ['activities/x.ts', "await import('../database/database.ts');"],
    ['services/identity/x.ts', "import { x } from '../../engine/engine.ts';"],
    ['services/identity/x.ts', "import { x } from '../../database/connection.ts';"],
    ['services/identity/x.ts', "import { x } from '@mikro-orm/postgresql';"],
    ['checks/keystone/x.ts', "import { x } from '../../database/connection.ts';"],
    ['checks/keystone/x.ts', "import { sql } from 'kysely';"],
    ['database/keystone/x.ts', "import { x } from '../../services/audit/audit-service.ts';"],
    ['drivers/x.ts', "import { x } from '../services/audit/audit-service.ts';"],
    ['config/x.ts', "import { x } from '../engine/engine.ts';"],
    ['rules/x.ts', "import { x } from '../config/home.ts';"],
    ['rules/identity/x.ts', "import 'node:crypto';"],
    ['rules/x.ts', "export * from '../config/home.ts';"],
    ['rules/x.ts', "type X = import('../config/home.ts').Home;"],
    ['new-room/x.ts', "import { x } from '../rules/errors.ts';"],
  ])('refuses in %s: %s', (file, text) => {
    expect(inSource(file, text)).toHaveLength(1);
  });

  it.each([
    ['commands/x.ts', "import type { X } from '../config/identity-settings.ts';"],
    ['commands/x.ts', "import { type X, type Y } from '../engine/engine.ts';"],
    ['commands/x.ts', "await import('../checks/registry.ts');"],
    ['temporal/x.ts', "import type * as X from '../workflows/index.ts';"],
    ['workflows/x.ts', "import type { X } from '../activities/identity.ts';"],
    ['workflows/x.ts', "import { proxyActivities } from '@temporalio/workflow';"],
    ['activities/x.ts', "import type { X } from '../services/audit/audit-service.ts';"],
    ['services/identity/x.ts', "import { x } from '../../database/database.ts';"],
    ['rules/identity/x.ts', "import { x } from '../errors.ts';"],
  ])('allows in %s: %s', (file, text) => {
    expect(inSource(file, text)).toEqual([]);
  });

  it('a value beside types is no type', () => {
    expect(inSource('commands/x.ts', "import { type X, y } from '../engine/engine.ts';")).toHaveLength(1);
  });

  it('a planted circle is found, and one of types is none', () => {
    const planted = (word: string): Import[] => [
      ...importsOf('rules/a.ts', "import { b } from './b.ts';"),
      ...importsOf('rules/b.ts', "await import('./c.ts');"),
      ...importsOf('rules/c.ts', `${word} { a } from './a.ts';`),
    ];
    expect(circlesIn(planted('import'))).toEqual([['rules/a.ts', 'rules/b.ts', 'rules/c.ts']]);
    expect(circlesIn(planted('import type'))).toEqual([]);
  });
});
