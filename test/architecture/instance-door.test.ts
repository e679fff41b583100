import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

/** The door for one server, and the one for the locks of many. */
const DOORS = ['services/compute/instance-gate.ts', 'services/compute/lock-gate.ts'];
/** Whether a server may be changed is decided here. */
const RULES =
  /import \{[^}]*\b(assertUnlocked|assertMay|assertMayLock)\b[^}]*\} from '[^']*instance-(lock|state)\.ts'/;

const root = path.join(process.cwd(), 'src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

it('the doors alone ask whether a server may be changed', () => {
  const asking = sources.filter(({ text }) => RULES.test(text)).map(({ file }) => file);
  expect(asking.toSorted()).toEqual(DOORS);
});

it('and another one that asks would be seen', () => {
  expect("import { type InstanceChange, assertMay } from '../../rules/compute/instance-state.ts';").toMatch(
    RULES,
  );
});

it('one door alone writes locks', () => {
  const writing = sources.filter(({ text }) => /import \{[^}]*\bsave(Locks|Unlocks)\b/.test(text));
  expect(writing.map(({ file }) => file)).toEqual(['services/compute/lock-gate.ts']);
});
