import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { ensurePostgres } from '../../src/daemons/postgres/server.ts';
import { type Outcome, TestHome } from '../support/home/cli.ts';
import { urlOf } from '../support/interop/nova/databases.ts';
import { NovaTools } from '../support/interop/nova-tools.ts';
import { RealNova } from '../support/interop/real-nova.ts';

const PASSWORD = 'interop-Pw-1';
const MQ = `rabbit://nova:${PASSWORD}@mq.example:5672/`;
const home = TestHome.clone();
let tools: NovaTools;
let urlIn: (database: string) => string;

beforeAll(async () => {
  const address = await ensurePostgres(home.home, () => {});
  urlIn = (database) => urlOf({ ...address, database, password: PASSWORD });
  for (const name of ['nova_api', 'nova', 'nova_cell0'])
    await home.query(`create database ${name}`, 'postgres');
  tools = await NovaTools.open(path.join(home.dir, 'tools'));
  tools.write({
    DEFAULT: { transport_url: MQ },
    api_database: { connection: urlIn('nova_api') },
    database: { connection: urlIn('nova') },
  });
  const synced = await home.run(['db', 'sync', 'compute', '--nova-config-file', tools.config]);
  expect(synced).toMatchObject({ code: 0 });
});
afterAll(async () => {
  tools?.close();
  await home.remove();
});

type Urls = { database?: string; transport?: string };
const keyward = (name: string, { database, transport }: Urls): Promise<Outcome> =>
  home.run([
    'cell',
    'create',
    name,
    '--config-file',
    tools.config,
    ...(database === undefined ? [] : ['--database_connection', database]),
    ...(transport === undefined ? [] : ['--transport-url', transport]),
  ]);
const novaManage = (name: string, { database, transport }: Urls): Promise<Outcome> =>
  tools.manage(
    'cell_v2',
    'create_cell',
    '--name',
    name,
    ...(database === undefined ? [] : ['--database_connection', database]),
    ...(transport === undefined ? [] : ['--transport-url', transport]),
  );
const mapped = () =>
  home.query(
    `select name, transport_url, database_connection, disabled, created_at is null as made, updated_at
     from cell_mappings order by name`,
    'nova_api',
  );
/** Gives the cells of a table as prettytable draws it. */
const cellsOf = (table: string): string[][] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

it('a cell that keyward adds is the row that nova-manage writes', async () => {
  expect(await keyward('a', {})).toMatchObject({ code: 0 });
  const ours = await mapped();
  await home.query("delete from cell_mappings where name = 'a'", 'nova_api');
  expect(await novaManage('a', {})).toMatchObject({ code: 0 });
  expect(ours).toEqual(await mapped());
});

it('both list the same cells, in the same order and with the same URLs', async () => {
  const template = {
    database: '{scheme}://{username}:{password}@/two?{query}',
    transport: 'rabbit://{username}:{password}@two:1/',
  };
  expect(await keyward('Two', template)).toMatchObject({ code: 0 });
  expect(
    await novaManage('three', { database: 'postgresql://db/three', transport: 'rabbit://three/' }),
  ).toMatchObject({ code: 0 });
  const theirs = await tools.manage('cell_v2', 'list_cells');
  const ours = await home.run([
    'cell',
    'list',
    '--config-file',
    tools.config,
    '--timeout',
    '2',
    ...['Name', 'UUID', 'Transport URL', 'Database Connection', 'Disabled'].flatMap((name) => ['-c', name]),
  ]);
  expect(ours.code).toBe(69);
  // Python writes a URL without a host in another way than it was stored.
  const stored = theirs.stdout.replace('none:/ ', 'none:///');
  expect(cellsOf(ours.stdout)).toEqual(cellsOf(stored));
  expect(cellsOf(ours.stdout)).toHaveLength(5);
});

describe('both refuse, with one exit code and in the same words:', () => {
  it.each<[string, () => Urls, number, RegExp]>([
    [
      'the database and message queue of another cell',
      () => ({}),
      2,
      /The specified transport_url .* with uuid [0-9a-f-]+\./,
    ],
    [
      'a database of another cell',
      () => ({ transport: 'rabbit://new/' }),
      2,
      /The specified transport_url .* with uuid [0-9a-f-]+\./,
    ],
    [
      'a message queue of another cell',
      () => ({ database: 'postgresql://db/new' }),
      2,
      /The specified transport_url .* with uuid [0-9a-f-]+\./,
    ],
    [
      'a message queue as cell0 has it',
      () => ({ database: 'postgresql://db/new', transport: 'none:///' }),
      2,
      /The specified transport_url .* with uuid 0{8}-[0-]+\./,
    ],
    [
      'a transport URL without a scheme',
      () => ({ database: 'postgresql://db/new', transport: 'mq.example' }),
      1,
      /Invalid transport URL: /,
    ],
    [
      'a transport URL with an impossible port',
      () => ({ database: 'postgresql://db/new', transport: 'rabbit://mq:x/' }),
      1,
      /Invalid transport URL: /,
    ],
  ])('%s', async (_, urls, code, words) => {
    const before = await mapped();
    const [ours, theirs] = [await keyward('new', urls()), await novaManage('new', urls())];
    expect([ours.code, theirs.code]).toEqual([code, code]);
    expect(words.exec(ours.stderr)?.[0]).toBe(words.exec(theirs.stdout)?.[0]);
    expect(words.exec(theirs.stdout)).not.toBeNull();
    expect(await mapped()).toEqual(before);
  });
});

describe('keyward alone refuses', () => {
  it.each<[string, string, () => Urls]>([
    ['a name that is taken', 'a', () => ({ database: 'postgresql://db/new', transport: 'rabbit://new/' })],
    [
      'another kind of database',
      'new',
      () => ({ database: 'mysql+pymysql://db/new', transport: 'rabbit://new/' }),
    ],
    [
      'a template that can not be filled in',
      'new',
      () => ({ database: '{scheme}://{user}@db/new', transport: 'rabbit://new/' }),
    ],
  ])('%s', async (_, name, urls) => {
    expect(await keyward(name, urls())).toMatchObject({ code: 1, stdout: '' });
    expect(await novaManage(name, urls())).toMatchObject({ code: 0 });
    await home.query('delete from cell_mappings where id = (select max(id) from cell_mappings)', 'nova_api');
  });
});

describe('a server of a running Nova', () => {
  let nova: RealNova;
  let api: Client;
  let id: string;
  beforeAll(async () => {
    nova = await RealNova.shared();
    const { host, port, user, database } = nova.databases.api;
    api = new Client({ host, port, user, database });
    await api.connect();
    const project = nova.project();
    id = await project.boot();
    expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE' });
  });
  afterAll(async () => {
    await api?.end();
    await nova?.close();
  });

  /** Gives what is found of this server; others' tests break theirs meanwhile. */
  const found = async (): Promise<string[]> => {
    const { stdout } = await home.run(['cell', 'verify', '--config-file', nova.config, '-f', 'json']);
    const rows: { Finding: string; Details: string }[] = JSON.parse(stdout);
    return rows.filter(({ Details }) => Details.includes(id)).map(({ Finding }) => Finding);
  };
  const verified = () => nova.tools.manage('cell_v2', 'verify_instance', '--uuid', id);

  it('is where its mapping says, until that is lost', async () => {
    expect(await found()).toEqual([]);
    expect(await verified()).toMatchObject({ code: 0 });
    const { rows } = await api.query('delete from instance_mappings where instance_uuid = $1 returning *', [
      id,
    ]);
    expect(await found()).toEqual(['instance-not-mapped']);
    expect(await verified()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('is not mapped to a cell'),
    });
    await api.query(
      'insert into instance_mappings select * from jsonb_populate_record(null::instance_mappings, $1)',
      [rows[0]],
    );
    expect(await found()).toEqual([]);
  });
});
