import type { FormatOptions } from '../flags/format-flags.ts';
import { assertColumns, printList, printRecord, type Row } from './formats.ts';

/** How each column of a list is read from an item. The type of the row is what scripts rely on. */
export type Columns<Item, ListRow> = {
  readonly [name in keyof ListRow]-?: (item: Item) => ListRow[name];
};
type Flags = { readonly [flag: string]: unknown };

/** What a command prints, as far as scripts rely on it. */
export type Output =
  | { headings(flags: Flags): string[] }
  | { readonly keys: readonly string[]; readonly optional: readonly string[] };

/** What a list command prints. With `-f json` it is an array of objects whose keys are the columns, in their order. */
export class ListOutput<Item, ListRow extends object> {
  readonly #columns: Columns<Item, ListRow>;
  readonly #hidden: (flags: Flags) => (keyof ListRow)[];

  /** `hidden` names the columns that are left out under the given flags. */
  constructor(
    columns: Columns<Item, ListRow>,
    hidden: (flags: Flags) => (keyof ListRow & string)[] = () => [],
  ) {
    this.#columns = columns;
    this.#hidden = hidden;
  }

  headings(flags: Flags): (keyof ListRow & string)[] {
    const hidden = this.#hidden(flags);
    return (Object.keys(this.#columns) as (keyof ListRow & string)[]).filter(
      (name) => !hidden.includes(name),
    );
  }

  /** Refuses a -c that names no column, for commands that start or write something before they print. */
  assertColumns(flags: FormatOptions): void {
    assertColumns(this.headings(flags), flags);
  }

  rowOf(flags: Flags): (item: Item) => Row {
    const headings = this.headings(flags);
    return (item) => Object.fromEntries(headings.map((name) => [name, this.#columns[name](item)]));
  }

  async print(items: Item[], flags: FormatOptions): Promise<void> {
    await printList(items.map(this.rowOf(flags)), this.headings(flags), flags);
  }
}

/** A list output, whatever its columns are. */
export type ListOf<Item> = Pick<ListOutput<Item, any>, 'assertColumns' | 'headings' | 'print' | 'rowOf'>;

/** What a command prints of one thing. With `-f json` it is an object that has these keys, in this order. */
export class RecordOutput<Fields extends object> {
  readonly keys: readonly (keyof Fields & string)[];
  /** Keys that stand after the others, and only where there is something to tell. */
  readonly optional: readonly (keyof Fields & string)[];

  constructor(keys: (keyof Fields & string)[], optional: (keyof Fields & string)[] = []) {
    this.keys = keys;
    this.optional = optional;
  }

  /** Refuses a -c that names no key, for commands that write something before they print. */
  assertColumns(flags: FormatOptions): void {
    assertColumns([...this.keys], flags);
  }

  async print(fields: Fields, flags: FormatOptions): Promise<void> {
    const keys = [...this.keys, ...this.optional.filter((key) => fields[key] !== undefined)];
    await printRecord(Object.fromEntries(keys.map((key) => [key, fields[key]])), flags);
  }
}
