/** A number that Python keeps as a float, which it writes with a point: 1.0, where JavaScript knows only a number 1. */
export class PythonFloat extends Number {}

/** Writes a value as Python's `str()` does, which is what openstackclient prints in tables, csv, value and shell. */
export const pythonText = (value: unknown): string => (typeof value === 'string' ? value : pythonRepr(value));

/** Writes a value as Python's `repr()` does. */
function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (value instanceof PythonFloat && Number.isInteger(+value)) return value.toFixed(1);
  if (typeof value !== 'object' || value instanceof PythonFloat) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`);
  return `{${entries.join(', ')}}`;
}

/** Quotes a text by single quotes, unless it has those and no double ones. What can't be printed is escaped. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll(quote, `\\${quote}`)
    .replaceAll(UNPRINTABLE, (character) => NAMED[character] ?? escaped(character.codePointAt(0)!));
  return quote + body + quote;
}

const UNPRINTABLE = /[\p{C}\p{Z}]/gu;
const NAMED: Record<string, string> = {
  ' ': ' ',
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code < 0x1_00) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x1_00_00 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/**
 * Compares two values as Python does, so that lists are sorted in the same order; None comes last. The result is null
 * where Python can't compare them.
 */
export function pythonCompare(one: unknown, other: unknown): number | null {
  if (isNone(one) || isNone(other)) return Number(isNone(one)) - Number(isNone(other));
  if (isNumber(one) && isNumber(other)) return Number(one) - Number(other);
  // UTF-8 sorts as code points do; JavaScript's own order is that of UTF-16.
  if (typeof one === 'string' && typeof other === 'string')
    return Buffer.from(one).compare(Buffer.from(other));
  if (Array.isArray(one) && Array.isArray(other)) return compareLists(one, other);
  return pythonRepr(one) === pythonRepr(other) ? 0 : null;
}

function compareLists(one: unknown[], other: unknown[]): number | null {
  for (const [at, item] of one.slice(0, other.length).entries()) {
    const order = pythonRepr(item) === pythonRepr(other[at]) ? 0 : pythonCompare(item, other[at]);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

const isNone = (value: unknown): boolean => value === null || value === undefined;
const isNumber = (value: unknown): boolean => isPlainNumber(value) || typeof value === 'boolean';

/** Tells whether it is a number to Python, and none of its booleans. */
export const isPlainNumber = (value: unknown): boolean =>
  typeof value === 'number' || value instanceof PythonFloat;
