import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recorded } from '../support/cloud/recorded.ts';
import { freePort } from '../support/free-port.ts';
import { SYNC } from '../support/home/compute.ts';
import { TestHome } from '../support/home/cli.ts';

const home = TestHome.clone();
/** In a real Nova's rows, most of which are of deleted servers, these are an active one, one in error, and one that is gone. */
let active: string;
let broken: string;
let gone: string;

beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  expect(await home.run(SYNC)).toMatchObject({ code: 0 });
  const rows = recorded('nova/rows-api.sql').replaceAll(/^INSERT INTO public.cell_mappings.*$/gm, '');
  await home.query(rows, 'nova_api');
  await home.query(recorded('nova/rows-cell.sql.zst'), 'nova_cell1');
  // So that there are several to list, some of them live again, one with its fault.
  await home.query(
    `update instances set deleted = 0, deleted_at = null, vm_state = 'stopped' where id in (17, 18);
     update instances set deleted = 0, deleted_at = null, vm_state = 'error'
       where uuid = (select max(instance_uuid) from instance_faults);
     update instance_faults set deleted = 0, deleted_at = null
       where instance_uuid = (select max(instance_uuid) from instance_faults)`,
    'nova_cell1',
  );
  const find = async (where: string): Promise<string> => {
    const sql = `select uuid from instances where ${where} order by id desc limit 1`;
    return (await home.query<{ uuid: string }>(sql, 'nova_cell1'))[0]!.uuid;
  };
  active = await find("deleted = 0 and vm_state = 'active'");
  broken = await find("deleted = 0 and vm_state = 'error'");
  gone = await find('deleted <> 0');
});
afterAll(() => home.remove());

const uuids = async (...args: string[]): Promise<string[]> => {
  const rows: { ID: string }[] = await home.json('server', 'list', ...args);
  return rows.map(({ ID }) => ID);
};

describe('a list', () => {
  it('is a table with the columns of openstackclient', async () => {
    const { code, stdout, stderr } = await home.run(['server', 'list', '--limit', '1']);
    expect({ code, lines: stdout.split('\n').slice(1, 2) }).toEqual({
      code: 0,
      lines: [expect.stringMatching(/^\| ID +\| Name +\| Status +\| Networks +\| Image +\| Flavor +\|$/)],
    });
    const [first] = await uuids();
    expect(stdout).toContain(first);
    expect(stderr).toBe(
      `There are more: add \`--marker ${first}\` for the next page, or list all with -f csv.\n`,
    );
  });

  it('has words for numbers and dicts in a table alone', async () => {
    const args = [
      'server',
      'list',
      '--name',
      '.',
      '--long',
      '-c',
      'Power State',
      '-c',
      'Networks',
      '--limit',
      '1',
    ];
    expect((await home.run([...args, '-f', 'table'])).stdout).toMatch(
      /^\| (Running|Shutdown|NOSTATE) +\| +\|$/m,
    );
    expect((await home.run([...args, '-f', 'csv'])).stdout).toMatch(
      /^"Power State","Networks"\n"[014]","\{\}"\n$/,
    );
    expect(await home.json(...args)).toEqual([{ 'Power State': expect.any(Number), Networks: {} }]);
    expect((await home.run([...args, '-f', 'yaml'])).stdout).toMatch(
      /^- Networks: \{\}\n {2}Power State: [014]\n$/,
    );
  });

  it('goes on after a marker, in any order', async () => {
    for (const order of [[], ['--sort-column', 'locked', '--sort-column', 'Name', '--sort-descending']]) {
      const whole = await uuids(...order);
      expect(whole.length).toBeGreaterThan(2);
      expect(await uuids(...order, '--marker', whole[0]!, '--limit', '1')).toEqual([whole[1]]);
    }
  });

  it('is narrowed down, and shows what -c names', async () => {
    expect(await uuids('--status', 'ERROR')).toEqual([broken]);
    expect(await uuids('--deleted')).toContain(gone);
    expect(await uuids('--project', 'nobody')).toEqual([]);
    const [row] = await home.json('server', 'list', '-c', 'created_at', '-c', 'Cell', '--limit', '1');
    expect(row).toEqual({ 'Created At': expect.stringMatching(/^2026-11-\S+Z$/), Cell: 'cell1' });
  });
});

describe('a server', () => {
  it('is shown by its name, and by its ID', async () => {
    const shown = await home.json('server', 'show', active);
    expect(shown).toMatchObject({
      id: active,
      status: 'ACTIVE',
      cell: 'cell1',
      flavor: { original_name: 'm1.peer' },
    });
    const { stdout } = await home.run(['server', 'show', active]);
    expect(stdout).toMatch(/^\| OS-EXT-STS:power_state +\| Running +\|$/m);
    expect(stdout).toMatch(/^\| flavor +\| disk='1', ephemeral='0', , original_name='m1.peer', /m);
  });

  it('has its fault, where Nova shows it', async () => {
    expect(await home.json('server', 'show', broken)).toMatchObject({
      status: 'ERROR',
      fault: { code: 500, created: expect.stringMatching(/Z$/), message: expect.any(String) },
    });
    expect(await home.json('server', 'show', active)).not.toHaveProperty('fault');
  });

  it('that was deleted is shown by its ID, and said to be deleted', async () => {
    const { code, stdout, stderr } = await home.run(['server', 'show', gone, '-f', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Note: the server ${gone} was deleted.\n` });
    expect(JSON.parse(stdout)).toMatchObject({ id: gone, status: 'DELETED' });
  });

  it('has events, of which each is shown', async () => {
    const listed = await home.json('server', 'event', 'list', gone, '--long');
    expect(listed.map(({ Action }: { Action: string }) => Action)).toContain('create');
    const { 'Request ID': request } = listed.at(-1);
    const shown = await home.json('server', 'event', 'show', gone, request);
    expect(shown).toMatchObject({ action: 'create', request_id: request });
    expect(shown.events[0]).toMatchObject({ result: 'Success', host: 'peer1' });
    const { stdout } = await home.run(['server', 'event', 'show', gone, request]);
    expect(stdout).toMatch(/^\| events +\| details=, event='/m);
  });
});

describe('what is typed wrong is told', () => {
  it.each<[string, string[], number, string]>([
    ['a status', ['list', '--status', 'ACTVE'], 64, 'Did you mean ACTIVE?'],
    [
      'a column to sort by',
      ['list', '--sort-column', 'nmae'],
      64,
      "can not be sorted by 'nmae'. Did you mean name?",
    ],
    ['a column to show', ['list', '-c', 'Nmae'], 64, "There is no column 'Nmae'. Did you mean Name?"],
    ['a regular expression', ['list', '--name', '['], 64, "'[' is no regular expression."],
    ['both of two', ['list', '--locked', '--unlocked'], 64, '--unlocked'],
    ['a marker', ['list', '--marker', 'web-1'], 1, "The marker 'web-1' is no server's ID."],
    ['no server', ['show'], 64, 'server'],
    ['an unknown server', ['show', 'nobody'], 1, "No server with a name or ID of 'nobody' exists."],
    ['an unknown ID', ['show', randomUUID()], 1, 'No server with a name or ID'],
    ['a time', ['event', 'list', 'x', '--changes-since', 'yesterday'], 64, "'yesterday' is no time."],
    ['a request of no server', ['event', 'show', 'nobody', 'req-1'], 1, "name or ID of 'nobody'"],
  ])('%s', async (_, args, code, message) => {
    const outcome = await home.run(['server', ...args]);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  });

  it('a request, with those that there are', async () => {
    const [{ 'Request ID': request }] = await home.json('server', 'event', 'list', active, '--limit', '1');
    const { code, stderr } = await home.run(['server', 'event', 'show', active, request.slice(0, -1)]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`Did you mean ${request}?`)]);
  });
});

describe('where a cell does not answer', () => {
  const dead = randomUUID();
  beforeAll(async () => {
    const url = `postgresql://nova:canary-Pw-1@127.0.0.1:${await freePort()}/nova`;
    await home.query(
      `insert into cell_mappings (uuid, name, transport_url, database_connection, disabled)
         values ('${dead}', 'dead', 'none:///', '${url}', false);
       insert into instance_mappings (instance_uuid, cell_id, project_id)
         select '${dead}', id, 'p1' from cell_mappings where name = 'dead'`,
      'nova_api',
    );
  });

  it('a list has what the others have, names it and ends with 69', async () => {
    const { code, stdout, stderr } = await home.run(['server', 'list', '-f', 'json']);
    expect(code).toBe(69);
    expect(JSON.parse(stdout).map(({ ID }: { ID: string }) => ID)).toContain(active);
    expect(stderr).toMatch(/^Warning: servers of cell dead are missing: .+ 127\.0\.0\.1/);
    expect(stderr).not.toContain('canary');
  });

  it.each<[string, () => string[], number, RegExp]>([
    ["its own server's ID", () => ['show', dead], 69, /is in cell dead, which gives no answer/],
    ['a name', () => ['show', 'nobody'], 69, /not all cells answer: cell dead: /],
    ['a name of a server with events', () => ['event', 'list', 'nobody'], 69, /not all cells answer/],
    ["another server's ID", () => ['show', active, '-f', 'value', '-c', 'id'], 0, /^$/],
  ])('%s is answered as far as it is known', async (_, args, code, message) => {
    const outcome = await home.run(['server', ...args()]);
    expect([outcome.code, outcome.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      code,
      expect.stringMatching(message),
    ]);
    expect(outcome.stderr).not.toContain('canary');
  });
});
