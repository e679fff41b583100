import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { NOVA_OPTIONS, type NovaOption, readNovaConfig } from '../../src/config/nova-options.ts';
import { ensureVenv } from '../support/interop/venv.ts';

/** Gives Nova's own values of the options with a file and an environment. */
const READ = `
import json, os, sys
import nova.conf, oslo_messaging.transport
from oslo_policy import opts as policy_options
CONF = nova.conf.CONF
CONF.register_opts(oslo_messaging.transport._transport_opts)
policy_options._register(CONF)
names, cases = json.load(sys.stdin)
environment = dict(os.environ)

def option(name):
    group, key = name.split('.')
    return getattr(CONF if group == 'DEFAULT' else getattr(CONF, group), key)

def read(case):
    os.environ.clear()
    os.environ.update(environment | case['env'])
    CONF(['--config-file', case['file']], project='nova', default_config_files=[], default_config_dirs=[])
    return {name: option(name) for name in names}

json.dump([read(case) for case in cases], sys.stdout)
`;

const NAMES = Object.keys(NOVA_OPTIONS) as NovaOption[];
const SET = `
[DEFAULT]
transport_url = rabbit://u:$$p@h:5672/v
sql_connection = postgresql://old/d
[api_database]
connection = postgresql://u:p%40@h/\${database.connection}
[Database]
connection = cell
sql_connection = older
[service_user]
send_service_user_token = yes
[oslo_policy]
policy_file = "nova policy.yaml"
policy_dirs = one
policy_dirs = two
`;
const ENVIRONMENT = {
  OS_DEFAULT__TRANSPORT_URL: 'kafka://h',
  OS_API_DATABASE__CONNECTION: 'api',
  OS_DATABASE__CONNECTION: '',
  OS_SERVICE_USER__SEND_SERVICE_USER_TOKEN: 'off',
};

let dir: string;
let cases: { file: string; env: Record<string, string> }[];
let theirs: Record<NovaOption, unknown>[];
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-nova-options-'));
  const [empty, set] = [path.join(dir, 'empty.conf'), path.join(dir, 'set.conf')];
  writeFileSync(empty, '');
  writeFileSync(set, SET);
  cases = [
    { file: empty, env: {} },
    { file: set, env: {} },
    { file: set, env: ENVIRONMENT },
  ];
  const python = path.join(await ensureVenv(), 'bin/python');
  theirs = JSON.parse(
    execFileSync(python, ['-W', 'ignore', '-c', READ], {
      input: JSON.stringify([NAMES, cases]),
      stdio: 'pipe',
      encoding: 'utf8',
    }),
  ) as typeof theirs;
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each([
  ['its defaults', 0],
  ['a file', 1],
  ['variables', 2],
])('keyward reads of %s what Nova reads', (_, at) => {
  const { file, env } = cases[at]!;
  const config = readNovaConfig({ configFiles: [file], configDirs: [] }, env);
  const ours = Object.fromEntries(NAMES.map((name) => [name, config.get(name).value]));
  expect(ours).toEqual(theirs[at]);
  expect(theirs[at]).not.toEqual(theirs[(at + 1) % 3]);
});
