import { expect, it } from '@jest/globals';
import { renderTable } from '../../../../src/cli/output/table.ts';

it.each<[string, string[], string]>([
  ['ASCII', ['reader', 'two\nlines'], '| reader | two   |\n|        | lines |'],
  ['wide characters', ['読者', 'e\u0301'], '| 読者 | e\u0301    |'],
  ['control characters, which are shown', ['\u001b[31mred', '\t'], '| \\x1b[31mred | \\x09 |'],
])('a table is as wide as what it shows: %s', async (_, cells, body) => {
  const table = await renderTable(['Role', 'Note'], [cells]);
  expect(table.split('\n').slice(3, -1).join('\n')).toBe(body);
});
