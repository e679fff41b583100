import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';

const home = TestHome.clone();
const json = home.json.bind(home);

beforeAll(async () => {
  await home.run(['db', 'sync']);
  const env = { OS_BOOTSTRAP_PASSWORD: 'lists-Pw-1' };
  expect(await home.run(['bootstrap', '--bootstrap-region-id', 'RegionOne'], { env })).toMatchObject({
    code: 0,
  });
});
afterAll(() => home.remove());

describe('what -f json prints has the columns and keys that are promised:', () => {
  const contracts = JSON.parse(readFileSync('test/architecture/contracts.json', 'utf8'));

  it.each([
    ['audit list', '--long'],
    ['role assignment list', ''],
    ['role list', '--immutable'],
    ['status upgrade list', ''],
    ['user list', '--long'],
    ['workflow list', ''],
  ])('%s %s', async (command, flag) => {
    const rows: object[] = await json(...command.split(' '), ...(flag ? [flag] : []));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Object.keys(row)).toEqual(contracts[command].list[flag]);
  });

  it('bootstrap --dry-run', async () => {
    const plan = ['bootstrap', '--dry-run', '--bootstrap-region-id', 'two', '-f', 'json'];
    const { code, stdout } = await home.run(plan);
    const rows: object[] = JSON.parse(stdout);
    expect({ code, rows: rows.length }).toEqual({ code: 2, rows: 1 });
    expect(Object.keys(rows[0]!)).toEqual(contracts.bootstrap.list['--dry-run']);
  });

  it.each([
    ['role create', 'made', []],
    ['implied role create', 'made --implied-role reader', []],
    ['role show', 'reader', ['immutable_set']],
    ['project show', 'admin --parents --children', ['parents', 'subtree']],
  ])('%s %s', async (command, more, optional) => {
    const record: object = await json(...command.split(' '), ...more.split(' '));
    const { keys, optional: promised } = contracts[command].record;
    expect(Object.keys(record)).toEqual([...keys, ...optional]);
    expect(promised).toEqual(expect.arrayContaining(optional));
  });

  it('workflow show of a run that has ended', async () => {
    const [{ ID: id }] = await json('workflow', 'list', '--limit', '1');
    const { keys } = contracts['workflow show'].record;
    expect(Object.keys(await json('workflow', 'show', id))).toEqual([...keys, 'result']);
  });
});

describe('lists', () => {
  beforeAll(async () => {
    await home.query(
      `insert into "user" (id, extra, enabled, domain_id, created_at)
         select md5(i::text), '{}', true, 'default', now() from generate_series(1, 2500) i;
       insert into local_user (user_id, domain_id, name)
         select md5(i::text), 'default', 'many' || i from generate_series(1, 2500) i`,
    );
  });

  it('a table shows one page and says how to get the next', async () => {
    const { stdout, stderr } = await home.run(['user', 'list']);
    const rows = stdout.split('\n').filter((line) => /^\| [0-9a-f]{32}/.test(line));
    expect(rows).toHaveLength(1000);
    const marker = /--marker (\w{32})/.exec(stderr)![1]!;
    expect(rows.at(-1)).toContain(marker);
    const next = await json('user', 'list', '--marker', marker, '--limit', '2');
    expect(next).toHaveLength(2);
    expect(next[0].ID > marker).toBe(true);
  });

  it.each([
    ['json', (text: string) => JSON.parse(text).length as number],
    ['csv', (text: string) => text.trimEnd().split('\n').length - 1],
    ['value', (text: string) => text.trimEnd().split('\n').length],
    ['yaml', (text: string) => text.match(/^- ID:/gm)!.length],
  ])('%s gives all of them', async (format, count) => {
    const { stdout, code } = await home.run(['user', 'list', '-f', format]);
    expect({ code, rows: count(stdout) }).toEqual({ code: 0, rows: 2501 });
  });

  it.each(['json', 'csv', 'value', 'yaml'])('%s of nothing is well-formed too', async (format) => {
    const expected = { json: '[]\n', csv: '"ID","Name"\n', value: '', yaml: '[]\n' }[format];
    expect(await home.run(['user', 'list', '--name', 'nobody', '-f', format])).toMatchObject({
      code: 0,
      stdout: expected,
    });
  });

  it('value has the columns of openstackclient, in its places, unless more is asked for', async () => {
    const first = async (...more: string[]) =>
      (await home.run(['role', 'list', '-f', 'value', '--name', 'reader', ...more])).stdout;
    expect(await first()).toMatch(/^[0-9a-f]{32} reader\n$/);
    expect(await first('--immutable')).toMatch(/^[0-9a-f]{32} reader True\n$/);
    expect(await first('-c', 'name', '-c', 'immutable')).toBe('reader True\n');
    const domain = await home.run(['domain', 'list', '-f', 'value', '--long']);
    expect(domain.stdout).toMatch(/^default Default True .* False\n$/);
  });

  it.each(['csv', 'table'])('%s is sorted as a whole, not page by page', async (format) => {
    const sort = ['--sort-column', 'name', '--sort-descending', '-c', 'Name', '-f', format];
    const { stdout, stderr } = await home.run(['user', 'list', ...sort]);
    const names = stdout.match(/many\d+/g)!;
    expect(names).toHaveLength(2500);
    expect(names.slice(0, 2)).toEqual(['many999', 'many998']);
    expect(stderr).toBe('');
  });

  it('a column to sort by that is not there is told, and passed over as in openstackclient', async () => {
    const { code, stderr } = await home.run(['role', 'list', '--sort-column', 'nmae', '--max-items', '1']);
    expect(code).toBe(0);
    expect(stderr).toContain("Warning: There is no column 'nmae' to sort by. The columns are: ID, Name.\n");
  });

  it('an empty table is a line, or drawn with --print-empty', async () => {
    const nobody = ['user', 'list', '--name', 'nobody'];
    expect((await home.run(nobody)).stdout).toBe('\n');
    expect((await home.run([...nobody, '--print-empty'])).stdout).toMatch(/^\+--.*\n\| ID \| Name \|\n/);
  });

  it('a reader that has seen enough is no error', async () => {
    const running = home.start(['user', 'list', '-f', 'csv']);
    running.process.stdout!.destroy();
    expect(await running.outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('a marker that is no ID is refused', async () =>
    expect(await home.run(['user', 'list', '--marker', 'x'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining("marker 'x' is no user's ID"),
    }));

  it('a name with control characters is shown, and moves nothing', async () => {
    const name = '\u001b[2Jgone\u009b1m';
    await json('role', 'create', name);
    expect((await home.run(['role', 'list'])).stdout).toContain('\\x1b[2Jgone\\x9b1m');
    expect((await home.run(['role', 'create', name])).stderr).toContain('\\x1b[2Jgone\\x9b1m');
    expect((await json('role', 'list', '--name', name))[0].Name).toBe(name);
  });
});

it('-f shell can be evaluated, and what stands in a name is not', async () => {
  const name = '$(touch evil) `touch evil` "quoted" back\\slash $HOME';
  const { id } = await json('role', 'create', name);
  const { stdout } = await home.shell(
    `cd ${home.dir} && eval "$(keyward role show ${id} -f shell --prefix r_)" && printf '%s' "$r_name" && ls evil`,
  );
  expect(stdout).toBe(name);
});

describe('the audit', () => {
  it('says so when there is more than it shows', async () => {
    const { stdout, stderr } = await home.run(['audit', 'list', '--limit', '2']);
    expect(stdout.split('\n').filter((line) => line.startsWith('| 2'))).toHaveLength(2);
    expect(stderr).toMatch(/^There are more: .*--limit.*-f csv/);
  });

  it('lists everything, newest first, in pages that nobody notices', async () => {
    await home.query(
      `insert into keyward.audit (request_id, operation, action, resource_type, resource_name, requester_user, requester_host)
         select 'many', 'test', 'create', 'role', 'r' || i, 'operator', 'host' from generate_series(1, 4100) i`,
    );
    const all = await json('audit', 'list');
    const [{ count }] = (await home.query('select count(*)::int from keyward.audit')) as [{ count: number }];
    expect(all).toHaveLength(count);
    expect(all.slice(0, 4100).map(({ Name }: { Name: string }) => Name)).toEqual(
      Array.from({ length: 4100 }, (_, at) => `r${4100 - at}`),
    );
    expect(await json('audit', 'list', '--request-id', 'many', '--limit', '2500')).toHaveLength(2500);
    expect((await home.run(['audit', 'list', '--request-id', 'many', '--limit', '4100'])).stderr).toBe('');
  });
});

describe('a result that can not be written', () => {
  it('is told, and the change that was made is not denied', async () => {
    const { code, stderr } = await home.shell('keyward role create written > /dev/full');
    expect(code).toBe(74);
    expect(stderr).toMatch(/^Error: the result could not be written: .*ENOSPC.*stays changed.*audit list/);
    expect((await json('audit', 'list', '--limit', '1'))[0]).toMatchObject({
      Name: 'written',
      Action: 'create',
    });
  });
});
