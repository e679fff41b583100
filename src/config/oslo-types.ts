import { strip } from './oslo-ini.ts';

/** How an option's text is read, as `oslo_config/types.py` does it; `multi` options keep every value that is given. */
export type OsloOption<T> = {
  readonly fallback: T;
  readonly isMulti: boolean;
  /** Older names, as `group.key`; oslo.config finds them in files, but not in the environment. */
  readonly deprecated: readonly string[];
  /** Throws an Error whose message goes on after the value: "is neither true nor false". */
  readonly convert: (values: readonly string[]) => T;
};

const single = <T>(
  convert: (text: string) => T,
  fallback: T,
  deprecated: readonly string[] = [],
): OsloOption<T> => ({ fallback, isMulti: false, deprecated, convert: (values) => convert(values.at(-1)!) });

export const text = <T extends string | null>(fallback: T, ...deprecated: string[]): OsloOption<string | T> =>
  single<string | T>((value) => value, fallback, deprecated);

export const choice = <T extends string, F extends T | null>(
  choices: readonly T[],
  fallback: F,
  ...deprecated: string[]
): OsloOption<T | F> =>
  single<T | F>(
    (value) => choices.find((known) => known === value) ?? refuse(`is none of: ${choices.join(', ')}`),
    fallback,
    deprecated,
  );

export const bool = (fallback: boolean, ...deprecated: string[]): OsloOption<boolean> =>
  single(booleanOf, fallback, deprecated);

/** Reads a number; an empty text counts as no value. */
export const int = <T extends number | null>(
  fallback: T,
  { least = -Infinity, deprecated = [] as string[] } = {},
): OsloOption<number | null> =>
  single<number | null>((value) => integerOf(value, least), fallback, deprecated);

/** Reads a number that may have a fraction. */
export const float = <T extends number | null>(fallback: T): OsloOption<number | T> =>
  single<number | T>(fractionOf, fallback);

/** Reads a list that commas divide, each item of which is one of the choices. */
export const choices = <T extends string>(
  known: readonly T[],
  fallback: readonly T[],
): OsloOption<readonly T[]> => {
  const item = choice(known, known[0]!);
  return single<readonly T[]>((value) => itemsOf(value).map((each) => item.convert([each])), fallback);
};

/** Reads a list that commas divide. */
export const list = (fallback: readonly string[]): OsloOption<readonly string[]> =>
  single<readonly string[]>(itemsOf, fallback);

const itemsOf = (value: string): string[] =>
  value
    .split(',')
    .map(strip)
    .filter((each) => each !== '');

export const multi = (fallback: readonly string[]): OsloOption<readonly string[]> => ({
  fallback,
  isMulti: true,
  deprecated: [],
  convert: (values) => values,
});

function booleanOf(value: string): boolean {
  const word = value.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  return refuse('is neither true nor false');
}

/** Reads a number as Python's `int` does, which takes a sign and underscores between digits. */
function integerOf(value: string, least: number): number | null {
  const digits = strip(value);
  if (digits === '') return null;
  const number = /^[+-]?\d+(_\d+)*$/.test(digits) ? Number(digits.replaceAll('_', '')) : Number.NaN;
  if (!Number.isSafeInteger(number)) return refuse('is no whole number');
  return number >= least ? number : refuse(`is less than ${least}`);
}

/** Reads a number as Python's `float` does, but for `inf` and `nan`, which make no sense for a time. */
function fractionOf(value: string): number {
  const digits = strip(value).replaceAll(/(?<=\d)_(?=\d)/g, '');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : refuse('is no number');
}

/** Writes a value as another option gets it that refers to it; null if it can't be written as text. */
export function asText(value: unknown): string | null {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? null : String(value);
}

function refuse(reason: string): never {
  throw new Error(reason);
}
