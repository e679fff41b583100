import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { Parser } from '@oclif/core';
import { afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { formatFlags, recordFormatFlags, type FormatOptions } from '../../src/cli/flags/format-flags.ts';
import { printList, printRecord, type Row } from '../../src/cli/output/formats.ts';
import { ensureVenv } from '../support/interop/venv.ts';

/** Prints each case as the real cliff does, parsing its arguments too. */
const CLIFF = `
import io, json, sys, types
from cliff import lister, show

def printed(case):
    rows = [tuple(row) for row in case['rows']]
    is_list = case['kind'] == 'list'
    class Command(lister.Lister if is_list else show.ShowOne):
        def take_action(self, parsed_args):
            return tuple(case['columns']), rows if is_list else rows[0]
    command = Command(types.SimpleNamespace(stdout=io.StringIO()), None)
    command.run(command.get_parser('x').parse_args(case['args'].split()))
    return command.app.stdout.getvalue()

print(json.dumps([printed(case) for case in json.load(sys.stdin)]))
`;

type Case = { kind: 'list' | 'show'; args: string; columns: string[]; rows: unknown[][]; about: string };

const COLUMNS = ['ID', 'Sudo User', 'Count', 'Enabled', 'Options', 'Tags'];
const ROWS: unknown[][] = [
  ['b1', 'root', 10, true, {}, []],
  ['a2', null, 9, false, { immutable: true, note: "it's", 'b"c': [1, null, 'é\u00a0'] }, ['x', 'y z', '"']],
  ['', 'two words, a comma and a "quote"', -1, true, { deep: { er: 'a\\b\nc' } }, ["'", '"\'']],
  ['C3', 'back\\slash: x', 0, null, null, [1, 2]],
  ['yes', '読者 reads 日本語の長い名前です', 10, true, 'two\nlines\n', ['e\u0301']],
  ['𝒳', "- it's a rôle of some-hyphenated-words and --dashes-- in a long-ish text", null, false, '', []],
  ['ﬀ', 'root', 7, true, 'x'.repeat(70), null],
  ['12', '🙂 smiles 👍 at 🇨🇭 and so on and on', 3, true, ' leading', ['z']],
];
const FIELDS = ['id', 'sudo_user', 'count', 'enabled', 'options', 'Some Tags', 'a:b', 'cost-center'];

const list = (args: string, about = '', rows = ROWS, columns = COLUMNS): Case => ({
  kind: 'list',
  args,
  columns,
  rows,
  about,
});
const formats = ['table', 'value', 'csv', 'json', 'yaml'];
const columnChoices = ['', '-c ID -c sudo_user', '-c TAGS -c id'];
const widths = [20, 34, 50, 72, 80, 120, 400].map((width) => `--max-width ${width}`);
const sorts = [
  '--sort-column ID',
  '--sort-column count --sort-column id',
  '--sort-column Count --sort-column ID --sort-descending',
  '--sort-column Enabled --sort-ascending',
  '--sort-column sudo_user --sort-column nosuch',
  '--sort-column Options',
  '--sort-column Tags',
  '--sort-column enabled -c ID --sort-descending',
];
const CASES: Case[] = [
  ...formats.flatMap((format) => columnChoices.map((choice) => list(`-f ${format} ${choice}`))),
  ...formats.map((format) => list(`-f ${format}`, ' of nothing', [])),
  list('--print-empty', ' of nothing', []),
  ...widths.flatMap((width) => columnChoices.map((choice) => list(`${width} ${choice}`))),
  list('--max-width 0'),
  list('--fit-width'),
  ...sorts.map((sort) => list(`-f csv ${sort}`)),
  ...sorts.map((sort) => list(`-f value ${sort}`)),
  ...['all', 'minimal', 'nonnumeric', 'none'].map((quote) => list(`-f csv --quote ${quote}`)),
  list('-f csv --quote minimal -c ID', ' of one column'),
  list('-f json --noindent'),
  list('', ' whose first row has no number', ROWS.toReversed()),
  ...ROWS.flatMap((row, at) =>
    ['table', 'value', 'json', 'yaml', 'table --max-width 60', 'table --max-width 30', 'json --noindent'].map(
      (format): Case => ({
        kind: 'show',
        args: `-f ${format}`,
        columns: FIELDS,
        rows: [[...row, 'x', 'z']],
        about: ` of row ${at}`,
      }),
    ),
  ),
  ...['', '--prefix OS_', '-c id -c cost-center'].map((args): Case => ({
    kind: 'show',
    args: `-f shell ${args}`,
    columns: FIELDS,
    rows: [['b1', 'has "quotes"', 10, true, { immutable: true }, null, 'x', 'two\nlines']],
    about: '',
  })),
];

let real: string[];
beforeAll(async () => {
  const python = path.join(await ensureVenv(), 'bin/python');
  const options = { input: JSON.stringify(CASES), env: { ...process.env, CLIFF_MAX_TERM_WIDTH: '0' } };
  real = JSON.parse(
    execFileSync(python, ['-c', CLIFF], { ...options, stdio: ['pipe', 'pipe', 'ignore'] }).toString(),
  ) as string[];
});

let ours = '';
jest.spyOn(process.stderr, 'write').mockReturnValue(true);
jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
  ours += String(text);
  return true;
});
afterEach(() => {
  ours = '';
});

const rowOf = ({ columns }: Case, row: unknown[]): Row =>
  Object.fromEntries(columns.map((column, at) => [column, row[at]]));

async function print(one: Case): Promise<void> {
  const argv = one.args.split(' ').filter(Boolean);
  const { flags: options } = await Parser.parse<FormatOptions, never, never>(argv, {
    flags: (one.kind === 'list' ? formatFlags : recordFormatFlags) as never,
  });
  const rows = one.rows.map((row) => rowOf(one, row));
  await (one.kind === 'list' ? printList(rows, one.columns, options) : printRecord(rows[0]!, options));
}

/** JSON and YAML may be written in several ways; the order of keys counts, and whether it is one line. */
function meaning(args: string, text: string): string {
  const isLine = args.includes('--noindent') ? `${text.trimEnd().split('\n').length} ` : '';
  if (args.includes('json')) return isLine + JSON.stringify(JSON.parse(text));
  return args.includes('yaml') ? JSON.stringify(parse(text, { version: '1.1' })) : text;
}

it.each(CASES.map((one, at) => [`${one.kind} ${one.args}${one.about}`, at] as const))(
  '%s prints what cliff prints',
  async (_, at) => {
    const one = CASES[at]!;
    await print(one);
    expect(meaning(one.args, ours)).toBe(meaning(one.args, real[at]!));
  },
);
