import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import type { KeystoneOption } from '../../../src/config/keystone-options.ts';
import type { Answer, Configuration } from './oslo-judge.ts';

/** Writes a file below a folder, and gives its path. */
type Write = (name: string, text: string) => string;
export type Difference = {
  what: string;
  given: (write: Write) => Configuration['given'];
  option: KeystoneOption;
  theirs: Answer;
  ours: Answer;
};

/** Keystone takes this where no connection is set; keyward asks which database is meant. */
export const KEYSTONES_OWN = 'sqlite:///keystone.db';
export const OUT_OF_BOUNDS = 'rounds, times and ids out of the bounds that Keystone tells';

const oneFile =
  (text: string) =>
  (write: Write): Configuration['given'] => [['--config-file', write('one.conf', text)]];
const domainId = (id: string): string => `[identity]\ndefault_domain_id = ${id}\n`;

/** Writes a difference's configuration into the folder, and gives it; Keystone also looks into `home` there. */
export function shown({ given }: Pick<Difference, 'given'>, dir: string): Configuration {
  const write: Write = (name, text) => {
    const full = path.join(dir, name);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  };
  return { given: given(write), env: { HOME: path.join(dir, 'home') }, standardPlaces: true };
}

/** The rows of the documentation's table, each with a configuration that shows it. */
export const DIFFERENCES: Difference[] = [
  {
    what: 'no connection',
    given: oneFile(''),
    option: 'database.connection',
    theirs: { value: KEYSTONES_OWN },
    ours: { value: null },
  },
  {
    what: 'files that nobody named',
    given: (write) => {
      write('home/.keystone/keystone.conf', domainId('found'));
      return [];
    },
    option: 'identity.default_domain_id',
    theirs: { value: 'found' },
    ours: { value: 'default' },
  },
  {
    what: 'a folder before a file on the command line',
    given: (write) => [
      ['--config-dir', path.dirname(write('conf.d/a.conf', domainId('folder')))],
      ['--config-file', write('one.conf', domainId('file'))],
    ],
    option: 'identity.default_domain_id',
    theirs: { value: 'file' },
    ours: { value: 'folder' },
  },
  {
    what: 'a folder that is none',
    given: (write) => [['--config-dir', write('one.conf', domainId('x'))]],
    option: 'identity.default_domain_id',
    theirs: { value: 'default' },
    ours: 'refused',
  },
  {
    what: 'a folder with `[` in its name',
    given: (write) => [['--config-dir', path.dirname(write('a[b]/a.conf', domainId('x')))]],
    option: 'identity.default_domain_id',
    theirs: { value: 'default' },
    ours: { value: 'x' },
  },
  {
    what: 'a home of somebody else (`~name/`)',
    given: (write) => {
      const { username, homedir: home } = userInfo();
      return [['--config-file', `~${username}/${path.relative(home, write('one.conf', domainId('x')))}`]];
    },
    option: 'identity.default_domain_id',
    theirs: { value: 'x' },
    ours: 'refused',
  },
  {
    what: 'a reference to a key that no option has',
    given: oneFile(`[identity]\nmine = x\n${domainId('$mine')}`),
    option: 'identity.default_domain_id',
    theirs: 'refused',
    ours: { value: 'x' },
  },
  {
    what: 'a reference to an option that keyward does not read, unset',
    given: oneFile(domainId('$token.provider')),
    option: 'identity.default_domain_id',
    theirs: { value: 'fernet' },
    ours: 'refused',
  },
  {
    what: 'a reference to an option that keyward does not read, set',
    given: oneFile(`[token]\nallow_expired_window = 0_1\n${domainId('$token.allow_expired_window')}`),
    option: 'identity.default_domain_id',
    theirs: { value: '1' },
    ours: { value: '0_1' },
  },
  {
    what: 'a reference to an option that is a list',
    given: oneFile(domainId('$oslo_policy.policy_dirs')),
    option: 'identity.default_domain_id',
    theirs: { value: "['policy.d']" },
    ours: 'refused',
  },
  {
    what: 'a number of other digits than 0 to 9, or beyond 2^53',
    given: oneFile('[identity]\ncache_time = \u0663\n'),
    option: 'identity.cache_time',
    theirs: { value: 3 },
    ours: 'refused',
  },
];

/** keyward refuses these only once it knows what the value is for. */
export const BEYOND: Omit<Difference, 'ours'>[] = [
  {
    what: 'rounds',
    given: oneFile('[identity]\npassword_hash_rounds = 99'),
    option: 'identity.password_hash_rounds',
    theirs: { value: 99 },
  },
  {
    what: 'an id',
    given: oneFile(domainId('')),
    option: 'identity.default_domain_id',
    theirs: { value: '' },
  },
  {
    what: 'a time',
    given: oneFile('[cache]\nbackend = dogpile.cache.redis\n[role]\ncache_time = 0'),
    option: 'role.cache_time',
    theirs: { value: 0 },
  },
];
