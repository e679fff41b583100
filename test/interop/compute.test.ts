import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePostgres } from '../../src/daemons/postgres/server.ts';
import { catalogOf, publicCatalog } from '../support/cloud/catalog.ts';
import { everyRow } from '../support/cloud/every-row.ts';
import { Pools } from '../support/cloud/pools.ts';
import { type Outcome, TestHome } from '../support/home/cli.ts';
import { type NovaDatabases, novaDatabases, urlOf } from '../support/interop/nova/databases.ts';
import { NovaTools } from '../support/interop/nova-tools.ts';
import { RealNova } from '../support/interop/real-nova.ts';

const NO_UPGRADE = expect.not.stringMatching(/Running upgrade|WARNING/);
const DATABASES = ['nova_api', 'nova_cell0', 'nova_cell1'];

const catalogIn = (home: TestHome, name: string): Promise<string[]> =>
  catalogOf((sql) => home.query(sql, name));

/** Runs the checks of both tools on the same nova.conf, and compares tables and exit codes. */
async function compared(home: TestHome, tools: NovaTools): Promise<{ code: number; stdout: string }> {
  const args = ['status', 'upgrade', 'check', '--suite', 'nova', '--nova-config-file', tools.config];
  const ours = await home.run(args);
  const theirs = await tools.status();
  expect({ code: ours.code, stdout: ours.stdout }).toEqual({ code: theirs.code, stdout: theirs.stdout });
  return theirs;
}

describe('databases that keyward made', () => {
  const home = TestHome.clone();
  let tools: NovaTools;
  let nova: RealNova;
  let databases: NovaDatabases;
  const everything = async () => ({
    catalogs: await Promise.all(DATABASES.map((name) => catalogIn(home, name))),
    rows: await Promise.all(DATABASES.map((name) => everyRow((sql) => home.query(sql, name)))),
  });

  beforeAll(async () => {
    databases = novaDatabases(await ensurePostgres(home.home, () => {}));
    expect(await home.run(['db', 'sync', 'compute'])).toMatchObject({ code: 0 });
    tools = await NovaTools.open(path.join(home.dir, 'tools'));
    tools.write({
      DEFAULT: { transport_url: 'fake:///' },
      api_database: { connection: urlOf(databases.api) },
      database: { connection: urlOf(databases.cell1) },
    });
  });
  afterAll(async () => {
    tools?.close();
    await nova?.close();
    await home.remove();
  });

  it("leave nova-manage's syncs nothing to do", async () => {
    const before = await everything();
    for (const command of [
      ['api_db', 'sync'],
      ['db', 'sync'],
      ['db', 'sync', '--local_cell'],
      ['cell_v2', 'map_cell0'],
    ])
      expect([command, await tools.manage(...command)]).toEqual([
        command,
        { code: 0, stdout: NO_UPGRADE, stderr: NO_UPGRADE },
      ]);
    expect(await everything()).toEqual(before);
    for (const [command, name] of [
      [['api_db', 'version'], 'compute-api'],
      [['db', 'version'], 'cell'],
    ] as const) {
      const theirs = await tools.manage(...command);
      const ours = await home.run(['db', 'version', name, ...(name === 'cell' ? ['cell1'] : [])]);
      // Its log stands before it.
      expect(theirs.stdout.trim().split('\n').at(-1)).toBe(ours.stdout.trim());
    }
  });

  it('lists the cells that nova-manage lists', async () => {
    const { code, stdout } = await tools.manage('cell_v2', 'list_cells');
    const cells: { Name: string; UUID: string }[] = await home.json('cell', 'list');
    expect(code).toBe(0);
    expect(cells.map(({ Name }) => Name)).toEqual(['cell0', 'cell1']);
    for (const { Name, UUID } of cells) expect(stdout).toMatch(new RegExp(`${Name} .* ${UUID} `));
  });

  it('nova-status says of them what keyward says', async () => {
    expect(await compared(home, tools)).toMatchObject({ code: 2 });
  });

  it('carry a running Nova, which boots a server on them', async () => {
    nova = await RealNova.start({ dir: path.join(home.dir, 'nova'), databases, sync: false });
    const project = nova.project();
    expect(await project.settled(await project.boot())).toMatchObject({ status: 'ACTIVE' });
    expect(await compared(home, nova.tools)).toMatchObject({
      stdout: expect.stringMatching(/hw_machine_type unset +\|\n\| Result: Warning/),
    });
  });
});

describe('databases that nova-manage made', () => {
  const home = TestHome.clone();
  let nova: RealNova;
  const keyward = (...args: string[]): Promise<Outcome> =>
    home.run([...args, '--nova-config-file', nova.config]);

  beforeAll(async () => {
    nova = await RealNova.shared();
  });
  afterAll(async () => {
    await nova?.close();
    await home.remove();
  });

  it('are, but for keyward’s own tables, those that keyward makes', async () => {
    expect(await home.run(['db', 'sync', 'compute'])).toMatchObject({ code: 0 });
    const { api, cell0, cell1 } = nova.databases;
    const pools = new Pools({ host: api.host, port: api.port, user: api.user });
    try {
      for (const [at, { database }] of [api, cell0, cell1].entries())
        expect(await publicCatalog(pools, database)).toEqual(await catalogIn(home, DATABASES[at]!));
    } finally {
      await pools.end();
    }
  });

  it('are current, but for what is keyward’s own; a sync adds that alone', async () => {
    const { code, stderr } = await keyward('db', 'sync', 'compute', '--check');
    // Another file may have added it already, since they share this Nova.
    expect([0, 2]).toContain(code);
    expect(stderr).not.toMatch(/older revision|not Nova's|Error/);
    expect(await keyward('db', 'sync', 'compute')).toMatchObject({
      code: 0,
      stdout: expect.not.stringMatching(/Applied nova-/),
    });
    expect(await keyward('db', 'sync', 'compute', '--check')).toMatchObject({ code: 0 });
  });

  it('are checked as nova-status checks them', async () => {
    const { stdout } = await compared(home, nova.tools);
    expect(stdout).toMatch(/Placement API +\|\n\| Result: Success/);
  });
});
