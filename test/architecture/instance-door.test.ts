import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const DOOR = 'services/compute/instance-gate.ts';
/** Whether a server may be changed is decided here. */
const RULES = /import \{[^}]*\b(assertUnlocked|assertMay)\b[^}]*\} from '[^']*instance-(lock|state)\.ts'/;

const root = path.join(process.cwd(), 'src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

it('the door alone asks whether a server may be changed', () => {
  const asking = sources.filter(({ text }) => RULES.test(text)).map(({ file }) => file);
  expect(asking).toEqual([DOOR]);
});

it('and another one that asks would be seen', () => {
  expect("import { type InstanceChange, assertMay } from '../../rules/compute/instance-state.ts';").toMatch(
    RULES,
  );
});
