import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Configuration, OPTION_NAMES } from './oslo-judge.ts';

/** The first file of every configuration sets these, to be referred to: keyward does not know their defaults. */
const REFERRED = '[token]\nprovider = fernet\n[database]\nslave_connection = x://${token.provider}/d\n';
const REFERENCES: string[] = [
  OPTION_NAMES.filter((name) => !['database.connection', 'oslo_policy.policy_dirs'].includes(name)),
  ['token.provider', 'database.slave_connection', 'assignment.caching', 'token.revocation_cache_time'],
  ['nosuch', 'cache.nosuch', 'nosuch.enabled', 'cache', 'enabled', 'slave_connection', 'caching'],
  ['Cache.enabled', 'DEFAULT.enabled', 'ENABLED', 'cache.enabled.more', 'ſ', 'ı'],
].flat();
const PIECES: string[] = [
  ['postgresql://u:p@h/d', 'a', 'b c', '0', '7', ' ', '  ', '\t', '#', ';', '=', ':', ',', '%', '@', '/'],
  ['"', "'", '$', '$$', String.raw`\$`, '\\', '$1', '${', '}', '[x]', '_x', '.', 'ü', '🚀'],
  ['\u001F', '\u0085', '\u00A0', '\u2028', '\uFEFF', '\v'],
].flat();
const WORDS = {
  caching: ['true', 'False', 'YES', 'no', 'on', 'OFF', '1', '0', 't', '', '2', '"yes"', ' on'],
  number: ['1', '600', '+5', '-5', '1_0', '1__0', '', '"8"', 'x', '0x10', '1e3', '5.0', '007', '0'],
  backend: ['dogpile.cache.null', 'dogpile.cache.memcached', 'oslo_cache.dict', 'redis', ''],
  algorithm: ['bcrypt', 'scrypt', 'Bcrypt', '', 'md5', 'pbkdf2_sha512', "'bcrypt_sha256'"],
};
const OLDER_NAMES = ['assignment.caching', 'token.revocation_cache_time', 'assignment.cache_time'];
/** Files set these and nobody reads them: the case of a key counts, and so does a space in a section's name. */
const UNREAD = ['database.Connection', ' database .connection', 'Default.connection', 'nosuch.connection'];
const VARIABLES = [
  'os_database__connection',
  'OS_DATABASE_CONNECTION',
  'OS_Cache__enabled',
  'OS_ASSIGNMENT__CACHING',
];

/** Makes sets of configuration files, folders and variables at random, in what oslo.config is known to be particular about. */
export class OsloCorpus {
  readonly #dir: string;
  readonly #random: () => number;
  #made = 0;

  constructor(dir: string, random: () => number) {
    this.#dir = dir;
    this.#random = random;
  }

  next(): Configuration {
    const dir = path.join(this.#dir, String((this.#made += 1)));
    mkdirSync(dir);
    const files = this.#times(2, 0).map((_, at) => this.#file(path.join(dir, `${at}.conf`)));
    const first = path.join(dir, 'first.conf');
    writeFileSync(first, REFERRED);
    return {
      given: [first, ...files]
        .map((file) => ['--config-file', file] as Configuration['given'][0])
        .concat(this.#chance(0.3) ? [['--config-dir', this.#folder(path.join(dir, 'conf.d'))]] : []),
      env: this.#environment(),
    };
  }

  #folder(dir: string): string {
    if (this.#chance(0.05)) return dir;
    mkdirSync(dir);
    for (const name of ['b.conf', 'a.conf', 'B.conf', '.hidden.conf', 'c.conf.bak', '\uFF5A.conf', '🚀.conf'])
      if (this.#chance(0.4)) this.#file(path.join(dir, name));
    return dir;
  }

  #file(file: string): string {
    if (this.#chance(0.02)) return file;
    if (this.#chance(0.02)) {
      mkdirSync(file);
      return file;
    }
    const lines = this.#chance(0.97) ? [] : ['connection = above'];
    for (const _ of this.#times(8, 1)) lines.push(...this.#lines());
    const end = this.#pick(['\n', '\n', '\n', '\r\n', '\r']);
    const bytes = Buffer.from(
      `${this.#chance(0.03) ? '\uFEFF' : ''}${lines.join(end)}${this.#pick(['', end])}`,
    );
    writeFileSync(file, this.#chance(0.02) ? Buffer.concat([bytes, Buffer.from([0xe9])]) : bytes);
    return file;
  }

  #lines(): string[] {
    const ways: [weight: number, make: () => string[]][] = [
      [40, () => this.#option()],
      [2, () => [this.#pick(['', ' ', '\t', '\f'])]],
      [2, () => [`${this.#pick(['#', ';', '# a = b', ';[x]'])}${this.#text()}`]],
      [
        0.3,
        () => [
          this.#pick([
            'nonsense',
            '= x',
            ' : x',
            '[database',
            '[]',
            '[database] # x',
            '[ ]',
            '  x',
            '[[cache]]',
          ]),
        ],
      ],
    ];
    let left = this.#random() * ways.reduce((sum, [weight]) => sum + weight, 0);
    return ways.find(([weight]) => (left -= weight) < 0)![1]();
  }

  #option(): string[] {
    const name = this.#pick(this.#chance(0.9) ? OPTION_NAMES : [...OLDER_NAMES, ...UNREAD]);
    const [group, key] = name.split('.') as [string, string];
    const repeated = this.#times(name === 'oslo_policy.policy_dirs' ? 3 : 1.4, 1);
    const values = repeated.flatMap(() => [
      this.#written(key, this.#valueOf(name)),
      ...this.#continuations(),
    ]);
    return [`[${this.#cased(group)}]`, ...values];
  }

  #written = (key: string, value: string): string =>
    `${key}${this.#pick(['=', ' = ', ': ', '\t=\t', '= '])}${value}`;

  #continuations(): string[] {
    return this.#chance(0.9) ? [] : this.#times(3, 1).map(() => this.#pick([' ', '\t', '  ']) + this.#text());
  }

  #valueOf(name: string): string {
    if (name === 'database.connection' && this.#chance(0.03)) return 'x$connection';
    if (this.#chance(0.2)) return this.#reference();
    if (/caching|enabled/.test(name)) return this.#pick(WORDS.caching);
    if (/time|rounds/.test(name)) return this.#pick(WORDS.number);
    if (name.endsWith('backend')) return this.#pick(WORDS.backend);
    return name.endsWith('algorithm') ? this.#pick(WORDS.algorithm) : this.#text();
  }

  #text(): string {
    const piece = () => (this.#chance(0.1) ? this.#reference() : this.#pick(PIECES));
    const made = this.#times(5, 0).map(piece).join('');
    return this.#chance(0.1) ? `"${made}"` : made;
  }

  #reference(): string {
    const name = this.#pick(REFERENCES);
    return this.#chance(0.5) ? `$${name}` : `\${${name}}`;
  }

  #environment(): Record<string, string> {
    const named = OPTION_NAMES.filter(() => this.#chance(0.03)).map((name) => [
      `OS_${name.replace('.', '__').toUpperCase()}`,
      this.#valueOf(name),
    ]);
    const others = VARIABLES.filter(() => this.#chance(0.05)).map((name) => [name, this.#text()]);
    return Object.fromEntries([...named, ...others]) as Record<string, string>;
  }

  #cased = (group: string): string =>
    this.#pick([group, group, group, group.toUpperCase(), group[0]!.toUpperCase() + group.slice(1)]);
  #chance = (probability: number): boolean => this.#random() < probability;
  #pick = <T>(from: readonly T[]): T => from[Math.floor(this.#random() * from.length)]!;
  /** Gives an array to repeat something from `least` to less than `least + most` times. */
  #times = (most: number, least: number): undefined[] =>
    Array.from({ length: least + Math.floor(this.#random() * most) });
}
