import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import {
  KEYSTONE_OPTIONS,
  type KeystoneOption,
  readKeystoneConfig,
} from '../../../src/config/keystone-options.ts';
import { UsageError } from '../../../src/rules/errors.ts';
import { ensureVenv } from './venv.ts';

/** The flags that a Keystone is given, in their order, and the variables beside them. */
export type Configuration = {
  given: ['--config-file' | '--config-dir', string][];
  env: Record<string, string>;
  /** True if Keystone also looks where it looks by itself. */
  standardPlaces?: boolean;
};

/** Says what an option's value is, or that it is refused; a configuration that is refused has no values. */
export type Answer = { value: unknown } | 'refused';
export type Verdict = Partial<Record<KeystoneOption, Answer>> | 'refused';

export const OPTION_NAMES = Object.keys(KEYSTONE_OPTIONS) as KeystoneOption[];

/** Loads Keystone's own configuration object, with its libraries' options, once for all configurations. */
const JUDGE = `
import json, os, sys
import keystone.conf
from keystone.common import sql
from oslo_policy import opts as policy_options
CONF = keystone.conf.CONF
keystone.conf.configure()
keystone.conf.set_external_opts_defaults()
sql.initialize()
policy_options._register(CONF)

def option(name):
    group, key = name.split('.')
    try:
        return {'value': getattr(getattr(CONF, group), key)}
    except Exception:
        return 'refused'

def judge(case):
    os.environ.clear()
    os.environ.update(environment | case['env'])
    places = {} if case.get('standardPlaces') else {'default_config_files': [], 'default_config_dirs': []}
    try:
        CONF([word for pair in case['given'] for word in pair], project='keystone', prog='keystone', **places)
    except Exception:
        return 'refused'
    return {name: option(name) for name in names}

environment = dict(os.environ)
names, cases = json.load(sys.stdin)
json.dump([judge(case) for case in cases], sys.stdout)
`;

/** Tells what the real oslo.config makes of each configuration; one process reads all of them. */
export async function judged(configurations: Configuration[]): Promise<Verdict[]> {
  const python = path.join(await ensureVenv(), 'bin/python');
  const child = spawn(python, ['-W', 'ignore', '-c', JUDGE], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PYTHONUTF8: '1' },
    stdio: 'pipe',
  });
  child.stdin.end(JSON.stringify([OPTION_NAMES, configurations]));
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Verdict[];
}

/** Tells what keyward makes of it. */
export function ours({ given, env }: Configuration): Verdict {
  const named = (wanted: string) => given.filter(([flag]) => flag === wanted).map(([, file]) => file);
  const paths = { configFiles: named('--config-file'), configDirs: named('--config-dir') };
  const config = orRefused(() => readKeystoneConfig(paths, env));
  if (config === 'refused') return 'refused';
  return Object.fromEntries(
    OPTION_NAMES.map((name) => [name, orRefused(() => ({ value: config.get(name).value }))]),
  );
}

/** Tells a refusal (a UsageError) from a value; any other error is a bug, and is thrown. */
export function orRefused<T>(read: () => T): T | 'refused' {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return 'refused';
    throw error;
  }
}
