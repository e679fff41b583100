import { UsageError } from '../rules/errors.ts';

/** Section → key → values in the order given. */
export type OsloConfig = Map<string, Map<string, string>>;

/**
 * Reads an OpenStack configuration file as oslo.config does (`oslo_config/iniparser.py`): comments only at the start of
 * a line, continuation lines indented, matching quotes around a value dropped, the last of repeated keys wins, `$name`
 * and `${group.name}` substituted and `$$` a dollar sign. The npm parsers cut values at `;` and `#`, which passwords hold.
 */
export function parseOsloIni(text: string, file: string): OsloConfig {
  const raw: OsloConfig = new Map();
  let section = raw.set('DEFAULT', new Map()).get('DEFAULT')!;
  let key: string | null = null;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*$/.test(line)) key = null;
    else if (/^[#;]/.test(line)) continue;
    else if (/^\s/.test(line)) {
      if (key === null) throw badLine(file, at, 'continues nothing');
      section.set(key, `${section.get(key)!}\n${line.trim()}`);
    } else if (line.startsWith('[')) {
      section = sectionOf(raw, line, file, at);
      key = null;
    } else key = assign(section, line, file, at);
  }
  return substituted(raw);
}

function sectionOf(config: OsloConfig, line: string, file: string, at: number): Map<string, string> {
  const name = /^\[([^\]]+)\]/.exec(line)?.[1];
  if (!name) throw badLine(file, at, 'begins a section and does not name it');
  if (!config.has(name)) config.set(name, new Map());
  return config.get(name)!;
}

function assign(section: Map<string, string>, line: string, file: string, at: number): string {
  const [, key, value] = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
  if (!key) throw badLine(file, at, "has no '=' or ':'");
  section.set(key, unquoted(value!));
  return key;
}

const unquoted = (value: string): string =>
  /^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value;

function substituted(config: OsloConfig): OsloConfig {
  const resolve = (value: string, section: string, depth = 0): string =>
    value.replaceAll(/\$\$|\\\$|\$\{([\w.]+)\}|\$([a-z_][\w.]*)/gi, (all, braced?: string, bare?: string) => {
      const name = braced ?? bare;
      if (!name) return '$';
      const [group, key] = name.includes('.') ? name.split('.', 2) : [section, name];
      const found = config.get(group!)?.get(key!) ?? config.get('DEFAULT')?.get(key!);
      return found === undefined || depth > 9 ? all : resolve(found, group!, depth + 1);
    });
  return new Map(
    [...config].map(([section, values]) => [
      section,
      new Map([...values].map(([key, value]) => [key, resolve(value, section)])),
    ]),
  );
}

const badLine = (file: string, at: number, what: string): UsageError =>
  new UsageError(
    `${file}, line ${at + 1}: the line ${what}.`,
    'Correct the file, or name another with --config-file.',
  );
