import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadIdentitySettings } from '../../src/config/identity-settings.ts';
import { randomOf } from '../support/interop/oracle.ts';
import { OsloCorpus } from '../support/interop/oslo-corpus.ts';
import {
  BEYOND,
  DIFFERENCES,
  KEYSTONES_OWN,
  OUT_OF_BOUNDS,
  shown,
} from '../support/interop/oslo-differences.ts';
import {
  type Configuration,
  judged,
  OPTION_NAMES,
  orRefused,
  ours,
  type Verdict,
} from '../support/interop/oslo-judge.ts';

const SEED = 20_251_124;
const SIZE = 500;

let dir: string;
let generated: Configuration[];
let special: Configuration[];
/** Of one process of the real oslo.config, in the order of what was generated and what is special. */
let theirs: Verdict[];
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-corpus-'));
  const folderOf = (at: number) => path.join(dir, `special-${at}`);
  special = [...DIFFERENCES, ...BEYOND].map((difference, at) => shown(difference, folderOf(at)));
  mkdirSync(path.join(dir, 'corpus'));
  const corpus = new OsloCorpus(path.join(dir, 'corpus'), randomOf(SEED));
  generated = Array.from({ length: SIZE }, () => corpus.next());
  theirs = await judged([...generated, ...special]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Where the two disagree: on a whole configuration, or on options of it. */
function differences(our: Verdict, their: Verdict): unknown[] {
  if (our === 'refused' || their === 'refused') return our === their ? [] : [{ our, their }];
  return OPTION_NAMES.map((name) => ({ name, our: our[name], their: their[name] })).filter(
    ({ our: one, their: other }) => !isDeepStrictEqual(one, other),
  );
}

const withoutKeystonesOwn = (verdict: Verdict): Verdict =>
  verdict !== 'refused' && isDeepStrictEqual(verdict['database.connection'], { value: KEYSTONES_OWN })
    ? { ...verdict, 'database.connection': { value: null } }
    : verdict;

it(`${SIZE} configurations mean to keyward what they mean to oslo.config (seed ${SEED})`, () => {
  const different = generated.flatMap((configuration, at) => {
    const found = differences(ours(configuration), withoutKeystonesOwn(theirs[at]!));
    return found.length === 0 ? [] : [{ configuration, found }];
  });
  expect(different.slice(0, 5)).toEqual([]);
});

it('and they are neither all refused nor all taken', () => {
  const read = theirs.slice(0, SIZE).filter((verdict) => verdict !== 'refused');
  const answers = read.flatMap((verdict) => OPTION_NAMES.map((name) => verdict[name]));
  expect(read.length).toBeGreaterThan(SIZE / 2);
  expect(SIZE - read.length).toBeGreaterThan(SIZE / 10);
  expect(answers.filter((answer) => answer === 'refused').length).toBeGreaterThan(SIZE / 4);
});

describe('what differs is in the documentation:', () => {
  it('all of it, and nothing else', () => {
    const [, table] = readFileSync('docs/configuration.md', 'utf8').split('## Where it differs');
    const rows = table!.split('\n').filter((line) => line.startsWith('| '));
    const named = rows.slice(2).map((row) => row.split('|')[1]!.trim());
    expect(named).toEqual([...DIFFERENCES.map(({ what }) => what), OUT_OF_BOUNDS]);
  });

  it.each(DIFFERENCES.map((difference, at) => ({ ...difference, at })))(
    '$what',
    ({ option, at, ...expected }) => {
      const asked = (verdict: Verdict) => (verdict === 'refused' ? verdict : verdict[option]);
      const found = { theirs: asked(theirs[SIZE + at]!), ours: asked(ours(special[at]!)) };
      expect(found).toEqual({ theirs: expected.theirs, ours: expected.ours });
    },
  );

  it.each(BEYOND.map((difference, at) => ({ ...difference, at: DIFFERENCES.length + at })))(
    `${OUT_OF_BOUNDS}: $what`,
    ({ option, at, theirs: expected }) => {
      expect(theirs[SIZE + at]).toMatchObject({ [option]: expected });
      const flags = { 'config-file': special[at]!.given.map(([, file]) => file), embedded: true };
      expect(orRefused(() => loadIdentitySettings(flags, {}))).toBe('refused');
    },
  );
});
