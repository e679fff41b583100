import { beforeAll, expect, it } from '@jest/globals';
import type { Command } from '@oclif/core';
import { loadCommands } from '../support/commands.ts';

let commands: [string, Command.Class][];
beforeAll(async () => {
  commands = await loadCommands();
});

it('no repeatable flag swallows the arguments after it', () => {
  const greedy = commands.flatMap(([id, { flags }]) =>
    Object.entries(flags)
      .filter(([, flag]) => 'multiple' in flag && flag.multiple && !flag.multipleNonGreedy)
      .map(([name]) => `${id} --${name}`),
  );
  expect(greedy).toEqual([]);
});

it('every command has a summary, and examples in its --help', () => {
  expect(commands.length).toBeGreaterThan(40);
  const bare = commands.filter(([, { summary, examples }]) => !summary || !examples?.length);
  expect(bare.map(([id]) => id)).toEqual([]);
});
