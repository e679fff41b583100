import { readFileSync } from 'node:fs';
import { UsageError } from '../rules/errors.ts';
import type { Setting } from '../rules/settings.ts';
import { confFilesIn } from './conf-files.ts';
import { parseOsloIni, type Sections } from './oslo-ini.ts';
import { asText, type OsloOption } from './oslo-types.ts';

/** The paths are absolute, and in the order in which they were given. */
export type ConfigPaths = { configFiles: string[]; configDirs: string[] };

/** Names the options that are read, by `group.key`. */
export type OsloOptions = Readonly<Record<string, OsloOption<unknown>>>;
export type ValueOf<Option> = Option extends OsloOption<infer T> ? T : never;

/** A file that was read, and what it sets. */
export type ConfigFile = { file: string; sections: Sections };

/** Reads the files in the order in which they count. Throws a UsageError for one that can't be used. */
export const readConfigFiles = ({ configFiles, configDirs }: ConfigPaths): ConfigFile[] =>
  [...configFiles, ...configDirs.flatMap(confFilesIn)].map((file) => ({
    file,
    sections: parseOsloIni(readText(file), file),
  }));

/** What was found for an option; `values` holds one text, unless the option keeps every value. */
type Given = { values: string[]; origin: string; isVariable: boolean };

/**
 * Matches `$$`, `$name` and `${name}`; the first dot in a name ends the group (`oslo_config/cfg.py`, Template). Where
 * Python ignores case, a to z match two more letters than in JavaScript.
 */
const REFERENCE = /\$(?:(\$)|(?<bare>[_a-zİı][._a-zİı\d]*)|\{(?<braced>[_a-zİı][._a-zİı\d]*)\})/giu;

/**
 * Gives options as oslo.config gives them to a service of OpenStack: the environment (`OS_GROUP__KEY`) beats files, a
 * later file beats an earlier one, and a reference is resolved over all of them and the defaults. Bad input is a
 * UsageError, which never shows what a reference stands for: that may be a password.
 */
export class OsloConfig<Options extends OsloOptions> {
  readonly #options: Options;
  /** The last file comes first, since it wins. */
  readonly #files: readonly ConfigFile[];
  readonly #env: NodeJS.ProcessEnv;

  /** A Keystone's files and a Nova's must not be mixed: in each the same key names another database. */
  constructor(options: Options, files: readonly ConfigFile[], env: NodeJS.ProcessEnv) {
    this.#options = options;
    this.#files = files.toReversed();
    this.#env = env;
  }

  /** Lists what the files set, in the order in which they are read. */
  get files(): readonly ConfigFile[] {
    return this.#files.toReversed();
  }

  /** Gives the option's value and where it came from; `isSet` is false for its default. */
  get<N extends keyof Options & string>(name: N): Setting<ValueOf<Options[N]>> & { isSet: boolean } {
    return this.#typed(name, this.#options[name]!, []) as Setting<ValueOf<Options[N]>> & { isSet: boolean };
  }

  /** `trail` holds the options whose texts are being resolved, since a circle has no value. */
  #typed(name: string, option: OsloOption<unknown>, trail: string[]): Setting<unknown> & { isSet: boolean } {
    const given = this.#find([name, ...option.deprecated], option.isMulti);
    if (!given) return { value: option.fallback, origin: 'the default', isSet: false };
    const { origin } = given;
    const texts = given.values.map((value) => this.#resolve(value, name, origin, trail));
    // oslo.config does this: an option that keeps every value takes each character of its variable for a value.
    const values = option.isMulti && given.isVariable ? [...texts.join('')] : texts;
    try {
      return { value: option.convert(values), origin, isSet: true };
    } catch (error) {
      throw new UsageError(
        `${origin}: '${given.values.join(', ')}' ${(error as Error).message}.`,
        'Correct it, or remove it.',
      );
    }
  }

  #resolve(value: string, name: string, origin: string, trail: string[]): string {
    if (trail.includes(name)) throw badReference(origin, 'refers to itself');
    return value
      .replaceAll(String.raw`\$`, () => '$$')
      .replaceAll(REFERENCE, (_, dollar?: string, bare?: string, braced?: string) =>
        dollar ? dollar : this.#referred(bare ?? braced!, origin, [...trail, name]),
      );
  }

  /** Resolves a reference; a name without a group is looked for in the referring option's group, then in DEFAULT. */
  #referred(reference: string, origin: string, trail: string[]): string {
    const [group] = trail.at(-1)!.split('.', 1);
    const candidates = reference.includes('.')
      ? [reference]
      : [`${group}.${reference}`, `DEFAULT.${reference}`];
    // All of OpenStack's names are lower-case, and a reference can't name [DEFAULT].
    const isName = reference === reference.toLowerCase();
    for (const name of isName ? candidates : []) {
      const text = this.#textOf(name, trail);
      if (text !== null) return text;
    }
    throw badReference(origin, 'has a $ before what is no option with a value');
  }

  #textOf(name: string, trail: string[]): string | null {
    const option = this.#optionNamed(name);
    if (option) return asText(this.#typed(name, option, trail).value);
    const given = this.#find([name], false);
    return given && this.#resolve(given.values[0]!, name, given.origin, trail);
  }

  /** Finds an option by its name or an older one; null for one that keyward does not read. */
  #optionNamed(name: string): OsloOption<unknown> | null {
    const found = Object.entries<OsloOption<unknown>>(this.#options).find(
      ([known, { deprecated }]) => known === name || deprecated.includes(name),
    );
    return found?.[1] ?? null;
  }

  /** Looks for an option by its names, in their order; only the first one has a variable in the environment. */
  #find(names: string[], isMulti: boolean): Given | null {
    const [group, key] = splitName(names[0]!);
    const variable = `OS_${group.toUpperCase()}__${key.toUpperCase()}`;
    const fromEnvironment = this.#env[variable];
    if (fromEnvironment !== undefined)
      return { values: [fromEnvironment], origin: variable, isVariable: true };
    const found = this.#files.flatMap(({ file, sections }) =>
      names.flatMap((name) => {
        const [section, option] = splitName(name);
        const values = sections.get(section)?.get(option);
        return values ? [{ values, origin: `${file} [${section}] ${option}` }] : [];
      }),
    );
    if (found.length === 0) return null;
    const [{ values, origin }] = found as [Omit<Given, 'isVariable'>];
    const all = isMulti ? found.toReversed().flatMap((each) => each.values) : values.slice(-1);
    return { values: all, origin, isVariable: false };
  }
}

function splitName(name: string): [group: string, key: string] {
  const dot = name.indexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw unusable(file, `can't be read: ${reasonOf(error as Error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unusable(file, 'is no UTF-8 text');
  }
}

const unusable = (file: string, what: string): UsageError =>
  new UsageError(`${file} ${what}.`, 'Make it readable, or name another file.');

/** Gives a system error's message without the path, which the caller's own message has already. */
export const reasonOf = (error: Error): string => error.message.replace(/,? \w+( '.*')?$/, '');

const badReference = (origin: string, what: string): UsageError =>
  new UsageError(
    `${origin} ${what}.`,
    'Write $$ for a dollar sign, as in a password; what a $ refers to must be set in a file or in the environment.',
  );
