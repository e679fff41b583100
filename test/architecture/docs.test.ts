import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ExitCode } from '../../src/rules/errors.ts';

type Flag = { name: string; type: 'boolean' | 'option'; char?: string; aliases?: string[] };
type Command = { args: Record<string, unknown>; flags: Record<string, Flag>; examples?: string[] };

const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as {
  commands: Record<string, Command>;
};
/** Plugins bring these, so the manifest does not have them. */
const OF_PLUGINS = ['autocomplete', 'help'];
const documents = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs').map((name) => path.join('docs', name)),
];

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(path.join('src', name), 'utf8'));

/** Finds the command lines in the code of a document, and takes prompts, pipes, variables and comments off. */
function linesOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, block]) => block!.split('\n'));
  const inline = [...markdown.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code]) => code!,
  );
  return [...blocks, ...inline]
    .flatMap((code) => code.split(/\$\(|\d?>|[|;&#)]/))
    .map((part) => /^\s*(?:\$ )?(?:\w+=\S* )*(?:npx )?keyward(?: (.*))?$/.exec(part)?.[1]?.trim())
    .filter((line) => line !== undefined)
    .flatMap(expanded);
}

/** Writes `role {add,remove}` out as two lines, as a shell does. */
function expanded(line: string): string[] {
  const [all, choices] = /\{([^}]*)\}/.exec(line) ?? [];
  return all ? choices!.split(',').flatMap((choice) => expanded(line.replace(all, choice))) : [line];
}

/** Tells what is wrong with a command line; null if nothing is. */
function mistake(line: string): string | null {
  const words = line.split(/\s+/);
  if (OF_PLUGINS.includes(words[0]!) || words[0]!.startsWith('--')) return null;
  const id = idOf(words);
  if (id === null) return `no command: ${line}`;
  const rest = words.slice(id.split(':').length);
  return unknownFlag(commands[id]!, rest) ?? tooMany(commands[id]!, rest);
}

const idOf = (words: string[]): string | null =>
  words
    .map((_, at) => words.slice(0, at + 1).join(':'))
    .filter((id) => commands[id])
    .at(-1) ?? null;

const flagOf = ({ flags }: Command, word: string): Flag | undefined => {
  const name = word.replace(/=.*/s, '').replace(/^--?/, '');
  return Object.values(flags).find((flag) => [flag.name, flag.char, ...(flag.aliases ?? [])].includes(name));
};

function unknownFlag(command: Command, words: string[]): string | null {
  const unknown = words.find((word) => /^-./.test(word) && !flagOf(command, word) && word !== '--help');
  return unknown ? `no flag: ${unknown}` : null;
}

/** A command that takes a name takes several, so that words are only wrong for a command that takes none. */
function tooMany(command: Command, words: string[]): string | null {
  const plain = words.filter((word, at) => !/^-./.test(word) && !isValue(command, words[at - 1]));
  return plain.length > 0 && Object.keys(command.args).length === 0 ? `no argument: ${plain[0]}` : null;
}

const isValue = (command: Command, before = ''): boolean =>
  before.startsWith('-') && !before.includes('=') && flagOf(command, before)?.type === 'option';

describe.each(documents)('%s', (file) => {
  const markdown = readFileSync(file, 'utf8');

  it('names commands and flags that are there', () => {
    expect(linesOf(markdown).map(mistake).filter(Boolean)).toEqual([]);
  });

  it('links to files that are there', () => {
    const links = [...markdown.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(path.join(path.dirname(file), link)))).toEqual([]);
  });
});

it('docs/operations.md has every command', () => {
  const told = linesOf(readFileSync('docs/operations.md', 'utf8')).map((line) => idOf(line.split(/\s+/)));
  expect(Object.keys(commands).filter((id) => !told.includes(id))).toEqual([]);
});

it('the examples of --help are command lines that are there', () => {
  const examples = Object.entries(commands).flatMap(([id, command]) =>
    (command.examples ?? []).map((example) =>
      example
        .replaceAll('<%= config.bin %>', 'keyward')
        .replaceAll('<%= command.id %>', id.replaceAll(':', ' ')),
    ),
  );
  const lines = examples.flatMap((example) => linesOf(`\`${example}\``));
  expect(lines.length).toBeGreaterThanOrEqual(Object.keys(commands).length);
  expect(lines.map(mistake).filter(Boolean)).toEqual([]);
});

it('messages send nobody to a command that is not there', () => {
  const lines = sources
    .flatMap((text) => [...text.matchAll(/`(keyward [^`\\]+)/g)].map(([, line]) => line!))
    .map((line) => line.replaceAll('${kind}', '{role,user,project,domain}').replaceAll(/\$\{[^}]*\}/g, 'ID'))
    .flatMap((line) => linesOf(`\`${line}\``))
    // A line that begins with a variable or a placeholder is put together from what was typed.
    .filter((line) => !/^[A-Z]+\b/.test(line));
  expect(lines.length).toBeGreaterThan(40);
  expect(lines.map(mistake).filter(Boolean)).toEqual([]);
});

it('the README has every exit code, and no other', () => {
  const [, section] = readFileSync('README.md', 'utf8').split('\n## Exit codes\n');
  const told = section!.split('\n## ')[0]!.matchAll(/^\| (\d+(?:, \d+)*) +\|/gm);
  expect([...told].flatMap(([, codes]) => codes!.split(', ').map(Number))).toEqual(Object.values(ExitCode));
});

it("the README's headings that messages name are there", () => {
  const named = sources.flatMap((text) =>
    [...text.matchAll(/README \("([^"]+)"\)/g)].map(([, heading]) => heading!),
  );
  expect(named).not.toEqual([]);
  const readme = readFileSync('README.md', 'utf8');
  expect(named.filter((heading) => !readme.includes(`\n## ${heading}\n`))).toEqual([]);
});

it.each([
  ['`keyward rolle list`', 'no command: rolle list'],
  ['`keyward role`', 'no command: role'],
  ['```sh\nnpx keyward role list --imutable  # what is locked\n```', 'no flag: --imutable'],
  ['```text\n$ ids=$(keyward ps -f value -k PID)\n```', 'no flag: -k'],
  ['`A=1 keyward audit list --limit 3 role`', 'no argument: role'],
  ['`keyward role {list,lock} --long`', 'no command: role lock --long'],
])('a mistake would be seen: %j', (markdown, found) => {
  expect(linesOf(markdown).map(mistake)).toContain(found);
});
