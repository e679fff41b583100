import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome, until } from '../support/home/cli.ts';

const home = TestHome.clone();
const file = path.join(home.dir, 'disk.raw');
const images = path.join(home.dir, 'images');
beforeAll(() => writeFileSync(file, 'a disk'));
afterAll(() => home.remove());

const rows = (table: string) => home.query(`select * from ${table} order by id`, 'nova_api');
const foldersOf = (): string[] => (existsSync(images) ? readdirSync(images) : []);

describe('images', () => {
  it('need no database, wherever it is said to be', async () => {
    const env = { KEYWARD_NOVA_API_DATABASE_URL: 'postgresql://nova@127.0.0.1:1/nova_api' };
    expect(await home.run(['image', 'list', '-f', 'json'], { env })).toMatchObject({
      code: 0,
      stdout: '[]\n',
    });
    expect(existsSync(path.join(home.dir, 'run', '.s.PGSQL.5432'))).toBe(false);
  });

  it('are made of a file, shown, listed and deleted', async () => {
    const created = await home.run([
      'image',
      'create',
      '--file',
      file,
      '--min-disk',
      '1',
      '--min-ram',
      '64',
      '--property',
      'os=none',
      'tiny',
    ]);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const masked = created.stdout.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'x'.repeat(36));
    expect(masked.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-01-01T00:00:00Z')).toBe(
      `+------------------+--------------------------------------+
| Field            | Value                                |
+------------------+--------------------------------------+
| checksum         | 9f3dcc17b3660ff7eb3be3e5f62f58c7     |
| container_format | bare                                 |
| created_at       | 2026-01-01T00:00:00Z                 |
| disk_format      | raw                                  |
| id               | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx |
| min_disk         | 1                                    |
| min_ram          | 64                                   |
| name             | tiny                                 |
| owner            | None                                 |
| properties       | os='none'                            |
| size             | 6                                    |
| status           | active                               |
| updated_at       | 2026-01-01T00:00:00Z                 |
+------------------+--------------------------------------+
`,
    );
    const shown = await home.json('image', 'show', 'tiny');
    expect(shown).toMatchObject({ name: 'tiny', size: 6, properties: { os: 'none' }, owner: null });
    expect(await home.json('image', 'show', shown.id)).toEqual(shown);
    expect(await home.json('image', 'list')).toEqual([{ ID: shown.id, Name: 'tiny', Status: 'active' }]);
    expect(await home.run(['image', 'delete', 'tiny'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(foldersOf()).toEqual([]);
  });

  it.each<[string, string[], number, RegExp]>([
    ['a misspelt command', ['craete', 'x'], 64, /Did you mean `keyward image create`\?/],
    [
      'a misspelt flag',
      ['create', '--flie', file, 'x'],
      64,
      /There is no flag --flie\. Did you mean --file\?/,
    ],
    [
      'a misspelt format',
      ['create', '--file', file, '--disk-format', 'qcow', 'x'],
      64,
      /Did you mean qcow2\?/,
    ],
    ['no file', ['create', 'x'], 64, /--file/],
    [
      'a file that is not there',
      ['create', '--file', `${file}x`, 'x'],
      64,
      /disk\.rawx can't be used: ENOENT/,
    ],
    ['a file of another format', ['create', '--file', file, '--disk-format', 'qcow2', 'x'], 64, /no qcow2/],
    ['a column that is not there', ['create', '--file', file, '-c', 'Colour', 'x'], 64, /no column 'Colour'/],
    ['an image that is not there', ['show', 'tinny'], 1, /^Error: No Image found for tinny\./],
  ])('%s: refused, and nothing is left', async (_, args, code, says) => {
    const refused = await home.run(['image', ...args]);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(says);
    expect(foldersOf()).toEqual([]);
  });

  it('a creation that is interrupted leaves nothing that is seen', async () => {
    const large = path.join(home.dir, 'large.raw');
    writeFileSync(large, 'x');
    truncateSync(large, 2 ** 36);
    const running = home.start(['image', 'create', '--file', large, 'large']);
    await until(() => foldersOf().length > 0);
    running.process.kill('SIGINT');
    expect(await running.outcome).toMatchObject({ code: 130, stdout: '' });
    expect(await home.json('image', 'list')).toEqual([]);
    await home.json('image', 'create', '--file', file, 'tiny');
    expect(foldersOf()).toHaveLength(1);
  });
});

describe('flavors', () => {
  it('are not there before the databases of Nova are', async () => {
    const { code, stdout, stderr } = await home.run(['flavor', 'list']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Run `keyward db sync compute`');
    expect(await home.run(['db', 'sync', 'compute'])).toMatchObject({ code: 0 });
  });

  it('are made, listed, shown and deleted, and the audit tells', async () => {
    const words =
      'flavor create big --id 7 --ram 1024 --disk 10 --swap 5 --vcpus 2 --rxtx-factor 1.5 --private';
    const more = '--project p1 --description It-is-big --property b=2 --property a=1 --property a=x=y';
    const created = await home.json(...words.split(' '), ...more.split(' '));
    expect(created).toMatchObject({ id: '7', ram: 1024, rxtx_factor: 1.5, properties: { b: '2', a: 'x=y' } });
    const shown = await home.json('flavor', 'show', 'big');
    expect(shown).toEqual({ ...created, access_project_ids: ['p1'] });
    expect((await home.run(['flavor', 'create', 'm1.tiny', '--id', '1'])).code).toBe(0);
    expect((await home.run(['flavor', 'list', '--all', '--long'])).stdout).toBe(
      `+----+---------+------+------+-----------+-------+-----------+------+-------------+----------------+
| ID | Name    |  RAM | Disk | Ephemeral | VCPUs | Is Public | Swap | RXTX Factor | Properties     |
+----+---------+------+------+-----------+-------+-----------+------+-------------+----------------+
| 1  | m1.tiny |  256 |    0 |         0 |     1 | True      |    0 |         1.0 |                |
| 7  | big     | 1024 |   10 |         0 |     2 | False     |    5 |         1.5 | a='x=y', b='2' |
+----+---------+------+------+-----------+-------+-----------+------+-------------+----------------+
`,
    );
    const first = await home.run(['flavor', 'list', '--all', '--limit', '1', '-c', 'Name']);
    expect(first.stdout).toContain('m1.tiny');
    expect(first.stderr).toContain('`--marker 1` for the next page');
    expect(await home.json('flavor', 'list', '--all', '--marker', '1', '-c', 'Name')).toEqual([
      { Name: 'big' },
    ]);
    expect(await home.run(['flavor', 'delete', 'nosuch', 'big'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^nosuch: Error: No Flavor found for nosuch\..*\nError: 1 of 2 flavors could not be deleted\. These were deleted: big\.\n$/,
      ),
    });
    const audited = await home.json('audit', 'list', '--service', 'compute', '--limit', '3');
    expect(audited.map(({ Operation, Name, ID }: Record<string, string>) => [Operation, Name, ID])).toEqual([
      ['flavor delete', 'big', '7'],
      ['flavor create', 'm1.tiny', '1'],
      ['flavor create', 'big', '7'],
    ]);
  });

  it.each<[string, string[], number, RegExp]>([
    ['a misspelt command', ['crate', 'x'], 64, /Did you mean `keyward flavor create`\?/],
    [
      'a misspelt flag',
      ['create', 'x', '--vpcus', '2'],
      64,
      /There is no flag --vpcus\. Did you mean --vcpus\?/,
    ],
    [
      'a misspelt name',
      ['show', 'm1.tinny'],
      1,
      /^Error: No Flavor found for m1\.tinny\. Did you mean m1\.tiny\?/,
    ],
    ['no memory', ['create', 'x', '--ram', '0'], 64, /--ram is at least 1/],
    ['more than Nova keeps', ['create', 'x', '--disk', '2147483648'], 64, /--disk is at most 2147483647/],
    ['a factor that is none', ['create', 'x', '--rxtx-factor', 'high'], 64, /'high' is no number/],
    ['public and private', ['create', 'x', '--public', '--private'], 64, /--p/],
    ['a name that is taken', ['create', 'm1.tiny'], 1, /^Error: Flavor with name m1\.tiny already exists\./],
    ['a column that is not there', ['create', 'x', '-c', 'Colour'], 64, /no column 'Colour'/],
    [
      'a marker that is not there',
      ['list', '--marker', 'm1.tiny'],
      1,
      /^Error: marker \[m1\.tiny\] not found/,
    ],
    ['one that is deleted twice', ['delete', 'm1.tiny', 'm1.tiny'], 64, /named twice/],
  ])('%s: refused, and nothing is written', async (_, args, code, says) => {
    const before = [await rows('flavors'), await rows('keyward.audit')];
    const refused = await home.run(['flavor', ...args]);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(says);
    expect([await rows('flavors'), await rows('keyward.audit')]).toEqual(before);
  });

  it('waits for a lock no longer than it is told', async () => {
    const release = await home.holdUp('lock table flavors', 'nova_api');
    try {
      const refused = await home.run(['flavor', 'create', 'x', '--timeout', '1']);
      expect(refused).toMatchObject({
        code: 69,
        stdout: '',
        stderr: expect.stringContaining('Nothing was changed.'),
      });
    } finally {
      await release();
    }
  });
});
