import { pythonText } from './python-text.ts';

/**
 * A value that a table shows in words of its own; every other format has the value itself. NOTE: cliff/columns.py,
 * FormattableColumn.
 */
export class Formatted<T> {
  readonly value: T;
  readonly text: string;

  constructor(value: T, text: string) {
    this.value = value;
    this.text = text;
  }

  /** JSON and YAML are written of what this gives. */
  toJSON(): T {
    return this.value;
  }
}

/** Shows texts by their names as `name='text', other='text'`. NOTE: osc_lib/utils, format_dict. */
export const formattedDict = <T extends Record<string, unknown>>(dict: T): Formatted<T> =>
  new Formatted(dict, dictText(dict));

function dictText(dict: Record<string, unknown>, prefix = ''): string {
  const entries = Object.entries(dict).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return entries
    .map(([key, value]) => {
      const name = `${prefix}${key}`;
      if (value === null || value === undefined) return `${name}=`;
      if (typeof value === 'object' && !Array.isArray(value))
        return dictText(value as Record<string, unknown>, `${name}.`);
      return `${name}='${pythonText(value)}'`;
    })
    .join(', ');
}

/** Shows several of those, a line each. */
export const formattedDicts = <T extends Record<string, unknown>>(dicts: T[]): Formatted<T[]> =>
  new Formatted(dicts, dicts.map((dict) => dictText(dict)).join('\n'));

/** Shows texts with commas between them. NOTE: osc_lib/utils, format_list, which sorts them. */
export const formattedList = (texts: string[]): Formatted<string[]> =>
  new Formatted(texts, texts.toSorted().join(', '));

/** Shows lists by their names as `name=one, two; other=three`. NOTE: osc_lib/utils, format_dict_of_list. */
export const formattedLists = (lists: Record<string, string[]>): Formatted<Record<string, string[]>> =>
  new Formatted(
    lists,
    Object.entries(lists)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, texts]) => `${name}=${texts.toSorted().join(', ')}`)
      .join('; '),
  );
