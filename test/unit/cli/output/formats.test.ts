import type { FormatOptions } from '../../../../src/cli/flags/format-flags.ts';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { type Cell, printList, printRecord, printStream } from '../../../../src/cli/output/formats.ts';

const HEADINGS = ['ID', 'Sudo User', 'Enabled', 'PID', 'Note'];
const FIELDS = ['id', 'sudo_user', 'enabled', 'pid', 'note'];
const LINES: Cell[][] = [
  ['0f', 'root', true, 42, 'plain'],
  ['1e', null, false, 0, 'two words, a comma and a "quote"'],
  ['12', '', null, 7, 'back\\slash: x'],
  ['yes', 'rôle', true, null, "- it's"],
];
const rowOf = (names: string[], line: Cell[]) =>
  Object.fromEntries(names.map((name, at) => [name, line[at]]));
const rows = LINES.map((line) => rowOf(HEADINGS, line));

/** `=== list|show ARGUMENTS`, then what cliff 4.17.0 (openstackclient 10.5.0) printed of the same rows. */
const recorded = readFileSync('test/fixtures/upstream/cliff/formats.txt', 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((part): [string, string] => [part.split('\n')[0]!, part.slice(part.indexOf('\n') + 1)]);
const of = (command: string) => recorded.filter(([line]) => line.startsWith(command));

function optionsOf(line: string): FormatOptions {
  const words = line.split(' ');
  const given = (flag: string): string[] => words.filter((_, at) => words[at - 1] === flag);
  return { format: given('-f')[0] as FormatOptions['format'], column: given('-c') };
}

let printed = '';
jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
  printed += String(text);
  return true;
});
afterEach(() => {
  printed = '';
});

/** JSON and YAML may be written in several ways; the order of keys counts. */
function meaning(format: string, text: string): string {
  if (format === 'json') return JSON.stringify(JSON.parse(text));
  return format === 'yaml' ? JSON.stringify(parse(text, { version: '1.1' })) : text;
}

async function expectPrinted(line: string, expected: string, print: () => Promise<void>): Promise<void> {
  await print();
  const { format } = optionsOf(line);
  expect(meaning(format, printed)).toBe(meaning(format, expected));
}

it.each(of('list'))('%s prints what openstackclient prints', (line, expected) =>
  expectPrinted(line, expected, () => printList(rows, HEADINGS, optionsOf(line))),
);

it.each(of('list'))('%s prints it also page by page', (line, expected) => {
  const pages = async function* () {
    yield rows.slice(0, 1);
    yield rows.slice(1);
  };
  return expectPrinted(line, expected, () => printStream(pages(), HEADINGS, optionsOf(line)));
});

it.each(of('show'))('%s prints what openstackclient prints', (line, expected) =>
  expectPrinted(line, expected, () => printRecord(rowOf(FIELDS, LINES[1]!), optionsOf(line))),
);

it('refuses -c where no name is a column', async () => {
  const options: FormatOptions = { format: 'value', column: ['Nope'] };
  await expect(printList(rows, HEADINGS, options)).rejects.toThrow("There is no column 'Nope'.");
});
