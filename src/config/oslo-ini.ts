import { UsageError } from '../rules/errors.ts';

/** Maps a group to its keys, and a key to its values in the order given. Groups are lower-case, but for `DEFAULT`. */
export type Sections = Map<string, Map<string, string[]>>;

const BYTE_ORDER_MARK = '\uFEFF';
/** Matches Python's white space; JavaScript's `trim` knows a slightly different set. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*`;
const LEADING = new RegExp(`^${SPACE}`);
const TRAILING = new RegExp(`${SPACE}$`);

/**
 * Reads an OpenStack configuration file as oslo.config does (`oslo_config/iniparser.py`, `cfg.ConfigParser`): comments
 * only at the start of a line, continuation lines indented, matching quotes around a value dropped, every value of a
 * repeated key kept. The npm parsers cut values at `;` and `#`, which passwords hold. An error never repeats a line,
 * which may hold a password.
 */
export function parseOsloIni(text: string, file: string): Sections {
  if (text.startsWith(BYTE_ORDER_MARK)) throw badFile(file, 1, 'the file begins with a byte order mark');
  const sections: Sections = new Map();
  let section: Map<string, string[]> | null = null;
  let values: string[] | null = null;
  for (const [at, untrimmed] of text.split(/\r\n|\r|\n/).entries()) {
    const line = untrimmed.replace(TRAILING, '');
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (!values) throw badFile(file, at + 1, 'the line continues nothing');
      values.push(`${values.pop()}\n${line.replace(LEADING, '')}`);
      continue;
    }
    values = null;
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (line.startsWith('[')) section = sectionOf(sections, line, file, at + 1);
    else values = assign(section, line, file, at + 1);
  }
  return sections;
}

function sectionOf(sections: Sections, line: string, file: string, at: number): Map<string, string[]> {
  if (!line.endsWith(']')) throw badFile(file, at, 'the line begins a section and does not end with ]');
  const name = line.slice(1, -1);
  if (name === '') throw badFile(file, at, 'the line begins a section and does not name it');
  const group = name === 'DEFAULT' ? name : name.toLowerCase();
  if (!sections.has(group)) sections.set(group, new Map());
  return sections.get(group)!;
}

/** Adds a value to its key, and gives the key's values, of which a continuation lengthens the last. */
function assign(section: Map<string, string[]> | null, line: string, file: string, at: number): string[] {
  const [, before, after] = /^([^=:]*)[=:](.*)$/s.exec(line) ?? [];
  if (before === undefined) throw badFile(file, at, "the line has no '=' or ':'");
  const key = strip(before);
  if (key === '') throw badFile(file, at, 'the line names no option');
  if (!section) throw badFile(file, at, 'the line is above the first [section]');
  const values = section.get(key) ?? [];
  values.push(unquoted(strip(after!)));
  section.set(key, values);
  return values;
}

/** Strips white space as Python's `str.strip` does. */
export const strip = (text: string): string => text.replace(LEADING, '').replace(TRAILING, '');

/** Takes the quotes off; oslo.config drops a quote that stands alone as well. */
const unquoted = (value: string): string => (/^(["'])(.*\1)?$/s.test(value) ? value.slice(1, -1) : value);

const badFile = (file: string, line: number, what: string): UsageError =>
  new UsageError(`${file}, line ${line}: ${what}.`, 'Correct the file, or name another.');
