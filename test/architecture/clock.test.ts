import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const OWN_CLOCK = /\bDate\.now\(|\bnew Date\(\)|\bDate\(\)|\bperformance\.|\bhrtime\b/;
const root = path.join(process.cwd(), 'src');
const asks = (file: string, text: string): boolean =>
  /^(?:services|database|activities|checks|rules)\//.test(file) && OWN_CLOCK.test(text);

it('no row gets its time from a process: the clocks of two hosts differ, so the database is asked', () => {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(sources.filter((file) => asks(file, readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
});

it.each(['Date.now()', 'new Date()', 'performance.now()', 'performance.timeOrigin', 'process.hrtime()'])(
  'a planted %s is found',
  (text) => expect(asks('services/identity/x.ts', text)).toBe(true),
);
