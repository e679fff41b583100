import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlackHole } from '../support/cloud/black-hole.ts';
import { type Outcome, TestHome, until } from '../support/home/cli.ts';

const CANARY = 'canary-Pw-1';
const home = TestHome.clone();
beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

const cells = (database: string) =>
  home.query<{ name: string; transport_url: string; database_connection: string }>(
    'select name, transport_url, database_connection from cell_mappings order by id',
    database,
  );
/** Every output of these commands is looked through. */
async function run(args: string[], options: Parameters<TestHome['run']>[1] = {}): Promise<Outcome> {
  const outcome = await home.run(args, options);
  expect(outcome.stdout + outcome.stderr).not.toContain(CANARY);
  return outcome;
}

describe('alone', () => {
  it.each(['list', 'verify'])(
    'without databases of Nova `cell %s` says how they are made',
    async (command) => {
      const { code, stdout, stderr } = await run(['cell', command]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('Run `keyward db sync compute`');
    },
  );

  it('cells are shown and found to be right', async () => {
    expect(await home.run(['db', 'sync', 'compute'])).toMatchObject({ code: 0 });
    const listed = await home.json('cell', 'list');
    expect(listed).toMatchObject([
      {
        Name: 'cell0',
        UUID: '00000000-0000-0000-0000-000000000000',
        'Transport URL': 'none:///',
        Disabled: false,
      },
      { Name: 'cell1', Hosts: 0, Instances: 0, Revision: 'ab450ba04102', Reachable: true, Problem: null },
    ]);
    expect(await home.json('cell', 'show', listed[1].UUID)).toMatchObject({ name: 'cell1', reachable: true });
    expect(await run(['cell', 'verify'])).toMatchObject({
      code: 0,
      stdout: 'Nothing is wrong with the 2 cells.\n',
    });
    expect(await home.json('cell', 'verify')).toEqual([]);
  });

  it('a new cell gets a database of its own, with its schema', async () => {
    const made = await home.json('cell', 'create', 'cell-2');
    expect(Object.keys(made)[0]).toBe('uuid');
    expect(made).toMatchObject({ name: 'cell-2', transport_url: 'none:///', disabled: false });
    expect((await cells('nova_api')).at(-1)).toMatchObject({
      database_connection: '{scheme}://{username}@/nova_cell-2?{query}',
    });
    expect(await home.json('cell', 'show', 'cell-2')).toMatchObject({
      revision: 'ab450ba04102',
      problem: null,
    });
    const [entry] = await home.query<{ operation: string; resource_id: string }>(
      "select operation, resource_id from keyward.audit where resource_name = 'cell-2'",
      'nova_api',
    );
    expect(entry).toEqual({ operation: 'cell create', resource_id: made.uuid });
  });

  it.each([
    ['a cell that is there', ['create', 'cell-2'], 2, /already exists for another cell with uuid /],
    ['a name that the database can not have', ['create', 'Zelle Süd'], 1, /lower-case letters/],
    ['a name of the API database', ['create', 'api'], 1, /can't be named after api/],
    ['an empty name', ['create', ''], 64, /name is empty/],
    ['a name that is a uuid', ['create', '00000000-0000-0000-0000-000000000000'], 64, /as a uuid is/],
    [
      'a cell that nobody knows',
      ['show', 'cell3'],
      1,
      /^Error: Cell with name cell3 was not found\. Did you mean /,
    ],
    [
      'a uuid that nobody knows',
      ['show', '10000000-0000-0000-0000-000000000000'],
      1,
      /^Error: Cell with uuid 1\S+ was not found\./,
    ],
    [
      'a uuid that is malformed',
      ['show', '00000000-0000'],
      1,
      /^Error: Cell with name 00000000-0000 was not found\./,
    ],
    ['a column that is not there', ['list', '-c', 'Colour'], 64, /no column 'Colour'/],
    ['a deadline that is none', ['verify', '--timeout', '0'], 64, /timeout/],
  ])('%s is refused', async (_, args, code, says) => {
    const before = await cells('nova_api');
    const refused = await run(['cell', ...args]);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(says);
    expect(await cells('nova_api')).toEqual(before);
  });

  it.each(['list', 'show cell1', 'verify'])(
    '`cell %s` waits for locked mappings no longer than it is told',
    async (command) => {
      const release = await home.holdUp('lock table instance_mappings', 'nova_api');
      try {
        const start = performance.now();
        const { code, stdout } = await run(['cell', ...command.split(' '), '--timeout', '2', '-f', 'json']);
        expect(code).toBe(69);
        expect(performance.now() - start).toBeLessThan(20_000);
        const told = stdout === '' ? [] : [JSON.parse(stdout)].flat();
        if (command === 'list')
          expect(told.map(({ Name, Hosts, Reachable }) => [Name, Hosts, Reachable])).toEqual(
            ['cell-2', 'cell0', 'cell1'].map((name) => [name, null, true]),
          );
        if (command === 'show cell1')
          expect(told).toMatchObject([{ hosts: null, instance_mappings: null, reachable: true }]);
      } finally {
        await release();
      }
    },
  );

  it('eight that make one cell at once make one', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => run(['cell', 'create', 'race'])));
    expect(all.map(({ code }) => code).toSorted()).toEqual([0, 2, 2, 2, 2, 2, 2, 2]);
    expect(await home.json('cell', 'show', 'race')).toMatchObject({ revision: 'ab450ba04102' });
  });
});

describe('with a nova.conf', () => {
  const urlOf = (database: string) => home.urlOf(database, CANARY);
  let config: string;
  const cell = (...args: string[]) => run(['cell', ...args, '--config-file', config]);
  beforeAll(async () => {
    for (const name of ['api_b', 'main_b', 'main_b_cell0', 'other_b'])
      await home.query(`create database ${name}`, 'postgres');
    const dir = path.join(home.dir, 'etc');
    mkdirSync(dir, { recursive: true });
    config = path.join(dir, 'nova.conf');
    writeFileSync(
      config,
      `[DEFAULT]\ntransport_url = rabbit://nova:${CANARY}@mq:5672/\n[api_database]\nconnection = ${urlOf('api_b')}\n[database]\nconnection = ${urlOf('main_b')}\n`,
    );
    expect(await home.run(['db', 'sync', 'compute', '--nova-config-file', config])).toMatchObject({
      code: 0,
    });
  });

  it.each([
    ['a URL of MySQL', ['--database-connection', `mysql+pymysql://nova:${CANARY}@db/nova`], 1, /'mysql'/],
    ['what is no URL', ['--database-connection', `nova:${CANARY}@db`], 1, /no database URL/],
    ['a template with an unknown field', ['--database-connection', '{scheme}://{user}@db/x'], 1, /user/],
    ['a template that is cut off', ['--database-connection', '{scheme://db/x'], 1, /database_connection/],
    [
      'a transport URL without a scheme',
      ['--transport-url', `nova:${CANARY}@mq`, '--database-connection', urlOf('x')],
      1,
      /Invalid transport URL/,
    ],
    [
      'two URLs from one standard input',
      ['--transport-url', '-', '--database-connection', '-'],
      64,
      /one URL only/,
    ],
  ])('%s is refused, and is not repeated', async (_, args, code, says) => {
    const before = await cells('api_b');
    const refused = await cell('create', 'bad', ...args);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(says);
    expect(await cells('api_b')).toEqual(before);
  });

  it('no URL for cell0 can be made of one without a database; the API database is made all the same', async () => {
    await home.query('create database api_c', 'postgres');
    const unnamed = path.join(path.dirname(config), 'unnamed.conf');
    writeFileSync(
      unnamed,
      `[api_database]\nconnection = ${urlOf('api_c')}\n[database]\nconnection = ${urlOf('')}\n`,
    );
    const { code, stdout, stderr } = await run(['db', 'sync', 'compute', '--nova-config-file', unnamed]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^compute-api: Applied /);
    expect(stderr).toMatch(/Error: cells: .* from which cell0's URL is made, names no database\./);
    expect(stderr).not.toContain('Nothing was changed');
    expect(await cells('api_c')).toEqual([]);
  });

  it('URLs that are not given are its own', async () => {
    const { code, stdout, stderr } = await cell('create', 'cell1', '-f', 'json');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^--transport-url not provided in the command line.*\n--database-connection not provided.*\nNote: /,
    );
    expect(JSON.parse(stdout)).toMatchObject({ transport_url: 'rabbit://nova:****@mq:5672/' });
    expect((await cells('api_b')).at(-1)).toEqual({
      name: 'cell1',
      transport_url: `rabbit://nova:${CANARY}@mq:5672/`,
      database_connection: urlOf('main_b'),
    });
    expect(await cell('verify', '-f', 'value', '-c', 'Finding', '-c', 'Cure')).toMatchObject({
      code: 1,
      stdout: `wrong-revision Run \`keyward db sync compute --nova-config-file ${config}\`.\n`,
    });
  });

  it('a template is refused that stands for the URL of another cell', async () => {
    const again = [
      '--database-connection',
      '{scheme}://{username}:{password}@/{path}?{query}',
      '--transport-url',
      'rabbit://mq2/',
    ];
    expect(await cell('create', 'cell2', ...again)).toMatchObject({ code: 2 });
  });

  it('a URL is read from standard input', async () => {
    const args = [
      'cell',
      'create',
      'cell2',
      '--config-file',
      config,
      '--transport-url',
      'rabbit://mq2/',
      '--disabled',
    ];
    const made = await run([...args, '--database-connection', '-'], { input: `${urlOf('other_b')}\n` });
    expect(made).toMatchObject({ code: 0 });
    expect((await cells('api_b')).at(-1)).toMatchObject({
      name: 'cell2',
      database_connection: urlOf('other_b'),
    });
    expect(await run(['db', 'sync', 'compute', '--nova-config-file', config])).toMatchObject({ code: 0 });
    expect(await cell('verify')).toMatchObject({ code: 0, stdout: 'Nothing is wrong with the 3 cells.\n' });
  });

  /** The cells that live must answer in this time on a machine that does other things meanwhile. */
  const SOON = ['--timeout', '3'];

  it('a cell that gives no answer is a row, a finding and an exit code, and the others are told', async () => {
    const hole = await BlackHole.open();
    try {
      const url = `postgresql://nova:${CANARY}@127.0.0.1:${hole.port}/nova_hole`;
      expect(
        await cell('create', 'hole', '--database-connection', url, '--transport-url', 'rabbit://mq3/'),
      ).toMatchObject({ code: 0 });
      const listed = await cell('list', ...SOON, '-f', 'json');
      expect(listed.code).toBe(69);
      const rows: { Name: string; Reachable: boolean; Problem: string | null }[] = JSON.parse(listed.stdout);
      expect(rows.map(({ Name, Reachable }) => [Name, Reachable])).toEqual([
        ['cell0', true],
        ['cell1', true],
        ['cell2', true],
        ['hole', false],
      ]);
      expect(rows[3]!.Problem).toBe('The database of cell hole has not answered within 3 s.');
      expect(await cell('show', 'hole', ...SOON, '-f', 'value', '-c', 'reachable')).toMatchObject({
        code: 69,
        stdout: 'False\n',
      });
      const verified = await cell('verify', ...SOON, '-f', 'value', '-c', 'Finding', '-c', 'Cells');
      expect(verified).toMatchObject({ code: 69, stdout: "cell-unreachable ['hole']\n" });
      await until(() => hole.open === 0);
    } finally {
      hole.close();
    }
  });
});
