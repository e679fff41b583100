import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { SECTIONS } from '../../src/config/whose-file.ts';
import { ensureVenv } from '../support/interop/venv.ts';

/** The two need a process each, since they set options of the same libraries. */
const IMPORT = {
  Keystone: `
import keystone.conf
from keystone.common import sql
keystone.conf.configure()
keystone.conf.set_external_opts_defaults()
sql.initialize()
CONF = keystone.conf.CONF`,
  Nova: `
import nova.conf, nova.policy, nova.rpc
import keystonemiddleware.auth_token
CONF = nova.conf.CONF
from keystonemiddleware.auth_token import _opts
for group, options in _opts.list_opts():
    CONF.register_opts(options, group=group)`,
};

const read = {} as Record<keyof typeof IMPORT, string[]>;
beforeAll(async () => {
  const python = path.join(await ensureVenv(), 'bin/python');
  for (const owner of ['Keystone', 'Nova'] as const) {
    const code = `${IMPORT[owner]}\nprint(' '.join(CONF._groups))`;
    const stdout = execFileSync(python, ['-W', 'ignore', '-c', code], { stdio: 'pipe', encoding: 'utf8' });
    read[owner] = stdout.trim().split(' ');
  }
});

it.each([
  ['Keystone', 'Nova'],
  ['Nova', 'Keystone'],
] as const)('%s reads the sections by which keyward knows its file, and %s does not', (owner, other) => {
  expect(SECTIONS[owner].filter((name) => !read[owner].includes(name))).toEqual([]);
  expect(SECTIONS[owner].filter((name) => read[other].includes(name))).toEqual([]);
  expect(SECTIONS[owner].length).toBeGreaterThan(20);
});
