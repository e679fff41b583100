import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import {
  complaintsOf,
  documented,
  documentedIn,
  type Facts,
  type Observed,
  strayRows,
} from '../../support/locks/judge.ts';
import { askedAs, LockCloud } from '../../support/locks/lock-cloud.ts';
import { LockReplay } from '../../support/locks/lock-replay.ts';
import { callers, dumps, files, LOCK2, recordings, ROW_CHANGES } from '../../support/locks/recordings.ts';

let server: TestPostgres;
let cells: TestCells;
let cloud: LockCloud;
cellsPerFile(2, (made) => ({ server, cells } = made));

/** What a real Nova and keyward did, by the files of the recordings; null where nothing here knows how to do it. */
const seen = new Map<string, Observed | null>();
beforeAll(async () => {
  cloud = await LockCloud.open(server, cells);
  const replay = new LockReplay(cells, cloud);
  for (const file of files) {
    const [recording, dump] = [recordings.get(file), dumps.get(file)];
    if (recording) seen.set(file, await replay.play(recording));
    if (dump) seen.set(file, await replay.dumped(dump));
  }
  seen.set(ROW_CHANGES, replay.leftOver());
});

const said = documented();

describe('what a Nova did with locks, keyward does, but for what docs/locks.md tells', () => {
  it.each(files)('%s', (file) => {
    expect(complaintsOf(file, seen.get(file) ?? null, said)).toEqual([]);
  });

  it('and each row there is about a recording that no other row is about', () => {
    expect(strayRows(files, said)).toEqual([]);
  });
});

describe('what no recording shows', () => {
  const asked = (name: string) => askedAs(randomUUID(), callers[name]!);

  it("an owner's lock is refused where an admin has locked, and changes nothing", async () => {
    await cloud.lock(asked('admin'), LOCK2, "the admin's");
    const before = await cloud.rowsOf(LOCK2);
    expect(before).toMatchObject({ instance: { locked: true, locked_by: 'admin' } });
    await expect(cloud.lock(asked('alice'), LOCK2, "the owner's")).rejects.toMatchObject({
      name: 'AdminLock',
      message: `Instance ${LOCK2} is locked by an admin, whose lock its owner can't replace.`,
    });
    expect(await cloud.rowsOf(LOCK2)).toEqual(before);
  });

  it("a server that goes after it was found is refused in Nova's words", async () => {
    const { request, response } = recordings.get('087-lock-unknown-server.json')!;
    const [, , uuid] = request.path.split('/');
    await expect(cloud.lock(asked('alice'), uuid!, null)).rejects.toMatchObject({
      name: 'InstanceNotFound',
      message: response.body.itemNotFound.message,
    });
  });
});

describe('the comparison finds', () => {
  const DOCUMENT = `
## Differences to Nova

| Recording | What Nova does | What keyward does | Why |
| --------- | -------------- | ----------------- | --- |
| \`a.json\` | \`reason = none\` | It tells: \`reason = ["old",null]\`. | So. |

## Recordings that are about HTTP or about what keyward does not do

| Recording | Why |
| --------- | --- |
| \`b.json\`, \`c.json\` | So. |
`;
  const DIFFERENT: Observed = {
    nova: { outcome: 'done' },
    keyward: { outcome: 'done', reason: ['old', null] },
  };
  const SAME: Observed = { nova: { outcome: 'done' }, keyward: { outcome: 'done' } };
  const keywards = (facts: Facts): Observed => ({
    ...DIFFERENT,
    keyward: { ...DIFFERENT.keyward, ...facts },
  });
  const complaints = (file: string, observed: Observed | null, document = DOCUMENT) =>
    complaintsOf(file, observed, documentedIn(document));

  it('nothing where all is as it is documented', () => {
    expect(complaints('a.json', DIFFERENT)).toEqual([]);
    expect(complaints('b.json', null)).toEqual([]);
    expect(complaints('d.json', SAME)).toEqual([]);
    expect(strayRows(['a.json', 'b.json', 'c.json', 'd.json'], documentedIn(DOCUMENT))).toEqual([]);
  });

  it.each<[string, string, Observed | null, string]>([
    [
      'a difference that is in no table',
      'd.json',
      DIFFERENT,
      'd.json, reason: Nova has none, keyward has ["old",null]',
    ],
    ['a recording that nothing knows how to do', 'd.json', null, 'nothing here knows how to do it'],
    ['a row that does not differ', 'a.json', SAME, 'a.json is said to differ, and does not.'],
    [
      'another value than the row tells',
      'a.json',
      keywards({ reason: ['old', 'new'] }),
      'a.json, reason: keyward has',
    ],
    [
      'a difference beside the one that the row tells',
      'a.json',
      keywards({ outcome: 'refused' }),
      'a.json, outcome:',
    ],
    ['what is done though it is said not to be', 'b.json', SAME, 'b.json is said not to be done'],
    ['what is to differ and is not done', 'a.json', null, 'nothing here knows how to do it'],
  ])('%s', (_, file, observed, complaint) => {
    expect(complaints(file, observed)).toContainEqual(expect.stringContaining(complaint));
  });

  it('rows that are about nothing, or about what another row is about', () => {
    expect(strayRows(['a.json', 'b.json'], documentedIn(DOCUMENT))).toEqual(['c.json is no recording.']);
    const twice = documentedIn(DOCUMENT.replace('`c.json`', '`a.json`'));
    expect(strayRows(['a.json', 'b.json'], twice)).toEqual(['a.json is in several rows.']);
  });

  it('a table that is missing, or has other columns', () => {
    expect(() => documentedIn(DOCUMENT.replace('## Differences', '## Other'))).toThrow('has no table of');
    expect(() => documentedIn(DOCUMENT.replace('| So. |', '|'))).toThrow('a row with other cells');
  });
});
