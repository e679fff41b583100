import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from '@oclif/core';
import { BaseCommand } from '../../src/cli/base-command.ts';
import { ListOutput, type Output, RecordOutput } from '../../src/cli/output/outputs.ts';
import { ExitCode } from '../../src/rules/errors.ts';
import { loadCommands } from '../support/commands.ts';

type Contracted = Command.Class & Pick<typeof BaseCommand, 'output' | 'results' | 'errors'>;
/**
 * What scripts rely on: the exit codes (any command may also end with 74, 130 and 143), and of what -f json prints,
 * the columns of a list, by the flag that changes them, or the keys of a record and those that it may have besides.
 */
type Contract = {
  exitCodes: number[];
  list?: Record<string, string[]>;
  record?: { keys: string[]; optional: string[] };
};

const SNAPSHOT = 'test/architecture/contracts.json';
const snapshot = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Record<string, Contract>;

function contractOf({ output, results, errors, flags }: Contracted): Contract {
  const exitCodes = [...new Set([...results, ...errors, ExitCode.bug])].toSorted((one, other) => one - other);
  if (!output) return { exitCodes };
  if ('keys' in output)
    return { exitCodes, record: { keys: [...output.keys], optional: [...output.optional] } };
  return { exitCodes, list: variantsOf(output, Object.keys(flags)) };
}

/** The columns without a flag, and under each flag that changes them. */
function variantsOf(
  output: Extract<Output, { headings: unknown }>,
  flags: string[],
): Record<string, string[]> {
  const plain = output.headings({});
  const variants = flags.map((flag) => [
    `--${flag}`,
    output.headings({ [flag]: flag === 'column' ? [] : true }),
  ]);
  return Object.fromEntries([
    ['', plain],
    ...variants.filter(([, columns]) => String(columns) !== String(plain)),
  ]);
}

let commands: [string, Contracted][];
beforeAll(async () => {
  commands = (await loadCommands()) as [string, Contracted][];
});

it(`every command keeps what ${SNAPSHOT} says; a contract that is meant to change is changed there too`, () => {
  const contracts = commands.map(([id, command]) => [id.replaceAll(':', ' '), contractOf(command)] as const);
  expect(Object.fromEntries(contracts)).toEqual(snapshot);
});

it('whatever has -f says what it prints, and nothing else does', () => {
  const unlike = commands.filter(([, { flags, output }]) => 'format' in flags !== (output !== undefined));
  expect(unlike.map(([id]) => id)).toEqual([]);
});

describe('a change would be seen:', () => {
  const flags = { long: {} } as never;
  const list = (columns: string[], hidden: string[]) => {
    const readers = Object.fromEntries(columns.map((name) => [name, () => name]));
    return new ListOutput<object, Record<string, string>>(readers, ({ long }) => (long ? [] : hidden));
  };
  const planted = (statics: Partial<Contracted>): Contract =>
    contractOf({ output: undefined, results: [0], errors: [1], flags, ...statics } as Contracted);

  it.each<[string, Partial<Contracted>, Partial<Contract>]>([
    ['a column', { output: list(['ID'], []) }, { list: { '': ['ID'] } }],
    ['the order of columns', { output: list(['B', 'A'], []) }, { list: { '': ['B', 'A'] } }],
    [
      'a column of --long',
      { output: list(['ID', 'X'], ['X']) },
      { list: { '': ['ID'], '--long': ['ID', 'X'] } },
    ],
    [
      'a key, and one that may be there',
      { output: new RecordOutput<{ id: string; more?: string }>(['id'], ['more']) },
      { record: { keys: ['id'], optional: ['more'] } },
    ],
    ['an exit code of a result', { results: [0, 2] }, { exitCodes: [0, 1, 2, 255] }],
    ['an exit code of an error', { errors: [1, 75] }, { exitCodes: [0, 1, 75, 255] }],
  ])('%s', (_, statics, contract) => expect(planted(statics)).toMatchObject(contract));
});
