/** What a stored `IMMU` option says. Keystone counts every truthy JSON value; text that is no JSON breaks it. */
export type StoredImmutability = 'immutable' | 'mutable' | 'broken';

/** Reads an option value as Keystone 30 does; undefined: there is no row. */
export function readImmutability(optionValue: string | null | undefined): StoredImmutability {
  if (optionValue === null || optionValue === undefined) return 'mutable';
  try {
    return isTruthy(JSON.parse(optionValue)) ? 'immutable' : 'mutable';
  } catch {
    return 'broken';
  }
}

/** Python's truth: empty containers and texts are false. */
function isTruthy(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
