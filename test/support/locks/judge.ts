import { readFileSync } from 'node:fs';

/** What is seen of a request: each fact has a name, and one that is not there is the same as undefined. */
export type Facts = Record<string, unknown>;
export type Observed = { nova: Facts; keyward: Facts };

/** Facts of a row of the first table, as they are written there. */
type Told = Record<string, string>;
export type Difference = { nova: Told; keyward: Told };
/** What docs/locks.md says of recordings, by their files. */
export type Documented = { differences: Map<string, Difference>; notDone: Set<string>; repeated: string[] };

const DIFFERENCES = 'Differences to Nova';
const NOT_DONE = 'Recordings that are about HTTP or about what keyward does not do';

/** Writes a fact as the tables do. */
export const written = (fact: unknown): string => (fact === undefined ? 'none' : JSON.stringify(fact));

/**
 * Reads the two tables of a document. Each row begins with the recordings that it is about; in the first table the two
 * cells behind them tell the facts that differ, as `name = value`.
 */
export function documentedIn(markdown: string): Documented {
  const differing = rowsOf(markdown, DIFFERENCES, [
    'Recording',
    'What Nova does',
    'What keyward does',
    'Why',
  ]);
  const notDone = rowsOf(markdown, NOT_DONE, ['Recording', 'Why']);
  const names = [...differing, ...notDone].flatMap(([recording]) => filesIn(recording!));
  return {
    differences: new Map(
      differing.flatMap(([recording, nova, keyward]) =>
        filesIn(recording!).map((file) => [file, { nova: factsIn(nova!), keyward: factsIn(keyward!) }]),
      ),
    ),
    notDone: new Set(notDone.flatMap(([recording]) => filesIn(recording!))),
    repeated: names.filter((name, at) => names.indexOf(name) !== at),
  };
}

export const documented = (): Documented => documentedIn(readFileSync('docs/locks.md', 'utf8'));

function rowsOf(markdown: string, heading: string, columns: string[]): string[][] {
  const [, after] = markdown.split(`\n## ${heading}\n`);
  const lines =
    after
      ?.split('\n## ')[0]!
      .split('\n')
      .filter((line) => line.startsWith('|')) ?? [];
  const [head, , ...rows] = lines.map(cellsOf);
  if (head?.join() !== columns.join()) throw new Error(`'${heading}' has no table of ${columns.join(', ')}.`);
  const odd = rows.find((row) => row.length !== columns.length || row.includes(''));
  if (odd) throw new Error(`'${heading}' has a row with other cells: ${odd.join(' | ')}`);
  return rows;
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

function filesIn(cell: string): string[] {
  const found = codeIn(cell);
  if (found.length === 0) throw new Error(`A row names no recording: ${cell}`);
  return found;
}

const factsIn = (cell: string): Told =>
  Object.fromEntries(
    codeIn(cell).map((code) => {
      const at = code.indexOf(' = ');
      return at < 0 ? [code, ''] : [code.slice(0, at), code.slice(at + 3)];
    }),
  );

/** Says what is wrong with a recording and with what is documented of it; nothing where all is well. */
export function complaintsOf(file: string, observed: Observed | null, said: Documented): string[] {
  const difference = said.differences.get(file);
  if (said.notDone.has(file)) return observed ? [`${file} is said not to be done, and was done.`] : [];
  if (!observed) return [`${file} is not said to be left out, and nothing here knows how to do it.`];
  const names = differing(observed);
  if (!difference)
    return names.map(
      (name) =>
        `${file}, ${name}: Nova has ${written(observed.nova[name])}, keyward has ${written(observed.keyward[name])}`,
    );
  if (names.length === 0) return [`${file} is said to differ, and does not.`];
  return (['nova', 'keyward'] as const).flatMap((side) => {
    const seen = new Map(names.map((name) => [name, written(observed[side][name])]));
    const told = new Map(Object.entries(difference[side]));
    return [...new Set([...seen.keys(), ...told.keys()])]
      .filter((name) => seen.get(name) !== told.get(name))
      .map(
        (name) => `${file}, ${name}: ${side} has ${seen.get(name)}, and docs/locks.md says ${told.get(name)}`,
      );
  });
}

/** Says which rows are about no recording, and which recordings are in several. */
export const strayRows = (files: string[], { differences, notDone, repeated }: Documented): string[] => [
  ...[...differences.keys(), ...notDone]
    .filter((file) => !files.includes(file))
    .map((file) => `${file} is no recording.`),
  ...repeated.map((file) => `${file} is in several rows.`),
];

const differing = ({ nova, keyward }: Observed): string[] =>
  [...new Set([...Object.keys(nova), ...Object.keys(keyward)])].filter(
    (name) => written(nova[name]) !== written(keyward[name]),
  );
