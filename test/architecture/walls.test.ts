import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = process.cwd();
const oxlint = path.join(root, 'node_modules/.bin/oxlint');

describe('the import table', () => {
  let planted: string;
  beforeAll(() => {
    planted = mkdtempSync(path.join(tmpdir(), 'keyward-walls-'));
    cpSync(path.join(root, '.oxlintrc.json'), path.join(planted, '.oxlintrc.json'));
    symlinkSync(path.join(root, 'node_modules'), path.join(planted, 'node_modules'));
  });
  afterAll(() => rmSync(planted, { recursive: true }));

  const lint = (layer: string, source: string): string => {
    const dir = path.join(planted, 'src', layer);
    mkdirSync(dir, { recursive: true });
    const file = path.join(dir, 'planted.ts');
    writeFileSync(file, `${source}\n`);
    const { stdout } = spawnSync(oxlint, ['-f', 'unix', file], { cwd: planted, encoding: 'utf8' });
    rmSync(file);
    return stdout;
  };

  it('holds in the sources', () => {
    expect(() => execFileSync(oxlint, ['src'], { cwd: root, stdio: 'pipe' })).not.toThrow();
  });

  it.each([
    ['commands', "import { x } from '../database/connection.ts'; x();"],
    ['commands/db', "import { x } from '../../config/settings.ts'; x();"],
    ['engine', "import { x } from '../commands/up.ts'; x();"],
    ['workflows', "import { x } from '../services/identity/audit-service.ts'; x();"],
    ['workflows', "import { x } from '../activities/identity.ts'; x();"],
    ['workflows', "import { x } from '@mikro-orm/core'; x();"],
    ['workflows', "import { x } from 'node:fs'; x();"],
    ['activities', "import { x } from '../services/identity/audit-service.ts'; x();"],
    ['services/identity', "import { x } from '../../engine/engine.ts'; x();"],
    ['services/identity', "import { x } from '../../database/connection.ts'; x();"],
    ['services/identity', "import { x } from '@mikro-orm/postgresql'; x();"],
    ['engine', "import { x } from '../database/connection.ts'; x();"],
    ['checks/keystone', "import { x } from '../../database/connection.ts'; x();"],
    ['output', "import { x } from '../engine/engine.ts'; x();"],
    ['database/keystone', "import { x } from '../../services/identity/audit-service.ts'; x();"],
    ['config', "import { x } from '../engine/engine.ts'; x();"],
    ['rules', "import { x } from '../config/settings.ts'; x();"],
    ['rules', "import { x } from 'node:crypto'; x();"],
  ])('refuses in %s: %s', (layer, source) => {
    expect(lint(layer, source)).toContain('no-restricted-imports');
  });

  it.each([
    ['workflows', "import type { X } from '../activities/identity.ts'; export const x: X = 1;"],
    ['workflows', "import { proxyActivities } from '@temporalio/workflow'; proxyActivities({});"],
    ['activities', "import type { X } from '../services/identity/audit-service.ts'; export const x: X = 1;"],
    ['commands', "import type { X } from '../config/settings.ts'; export const x: X = 1;"],
    ['services/identity', "import { x } from '../../database/database.ts'; x();"],
    ['rules', "import { x } from './errors.ts'; x();"],
  ])('allows in %s: %s', (layer, source) => {
    expect(lint(layer, source)).not.toContain('no-restricted-imports');
  });
});
