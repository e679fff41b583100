import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePostgres } from '../../src/daemons/postgres/server.ts';
import { TestHome, until } from '../support/home/cli.ts';
import {
  type NovaDatabases,
  novaDatabases,
  remakeDatabases,
  urlOf,
} from '../support/interop/nova/databases.ts';
import { StartedPrograms } from '../support/interop/programs.ts';
import { NovaTools } from '../support/interop/nova-tools.ts';
import { RealNova } from '../support/interop/real-nova.ts';

/** cell0's URL in terms of `[database] connection`, which is cell1's. */
const TEMPLATE = '{scheme}://{username}@/nova_cell0?{query}';
let nova: RealNova;

beforeAll(async () => {
  nova = await RealNova.shared();
});
afterAll(() => nova?.close());

it('boots a server', async () => {
  const project = nova.project();
  const id = await project.boot({ name: 'first' });
  expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE', name: 'first' });
  expect(await project.guest(id)).toEqual({ spawns: 1, configDrive: null });
});

describe("shows a project's servers to its own users", () => {
  it('by the API', async () => {
    const [project, other] = [nova.project(), nova.project()];
    const id = await project.boot();
    expect(await project.user('bob').call('GET', `/servers/${id}`)).toMatchObject({ status: 200 });
    expect(await other.member.call('GET', `/servers/${id}`)).toMatchObject({ status: 403 });
  });

  it('by openstackclient', async () => {
    const project = nova.project();
    const id = await project.boot({ name: 'listed' });
    const args = ['server', 'list', '-f', 'value', '-c', 'ID', '-c', 'Name'];
    expect(await nova.tools.openstack(project.member.env, ...args)).toMatchObject({
      code: 0,
      stdout: `${id} listed\n`,
    });
    const wrong = { ...project.member.env, OS_PASSWORD: 'wrong' };
    expect(await nova.tools.openstack(wrong, ...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('HTTP 401'),
    });
  });
});

it("Nova's own programs read its nova.conf as forks as they do in processes of their own", async () => {
  const started = await NovaTools.open(path.dirname(nova.config), (bin) => new StartedPrograms(bin));
  const answers = async (tools: NovaTools) => {
    const { code, stdout } = await tools.status();
    return { code, stdout };
  };
  expect(await answers(started)).toEqual(await answers(nova.tools));
});

describe('a message', () => {
  it('is held until it is released', async () => {
    const [project, other] = [nova.project(), nova.project()];
    const held = await project.hold('build_and_run_instance');
    const [id, free] = await Promise.all([project.boot(), other.boot()]);
    await until(async () => (await held.count()) === 1);
    expect(await other.settled(free)).toMatchObject({ status: 'ACTIVE' });
    expect(await project.show(id)).toMatchObject({ status: 'BUILD' });
    expect(await project.guest(id)).toBeNull();
    await held.release();
    expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE' });
  });

  it('is lost', async () => {
    const project = nova.project();
    const id = await project.boot();
    await project.settled(id);
    const lost = await project.drop('rebuild_instance');
    const image = project.images.img2;
    await project.act(id, { rebuild: { imageRef: image } });
    await until(async () => (await lost.count()) === 1);
    await lost.release();
    expect(await project.show(id)).toMatchObject({ status: 'REBUILD', image: { id: image } });
    expect(await project.guest(id)).toMatchObject({ spawns: 1 });
  });
});

it('stops nova-compute where it spawns, and destroys', async () => {
  const project = nova.project();
  const spawning = await project.stopAt('spawn');
  const id = await project.boot();
  await until(async () => (await spawning.count()) === 1);
  expect(await project.show(id)).toMatchObject({ 'OS-EXT-STS:task_state': 'spawning' });
  await spawning.release();
  expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE' });

  const destroying = await project.stopAt('destroy');
  await project.act(id, { rebuild: { imageRef: project.images.img2 } });
  await until(async () => (await destroying.count()) === 1);
  expect(await project.show(id)).toMatchObject({ status: 'REBUILD' });
  await destroying.release();
  expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE' });
});

it.each([
  ['key-pairs', 'ACTIVE', 'old'],
  ['save', 'ACTIVE', 'old'],
  ['image-metadata', 'REBUILD', 'new'],
] as const)('stops the API before the %s of a rebuild', async (step, status, name) => {
  const project = nova.project();
  const id = await project.boot({ name: 'old' });
  await project.settled(id);
  const writing = await project.stopAt(step);
  const rebuild = { imageRef: project.images.img2, name: 'new', key_name: null };
  const rebuilt = project.act(id, { rebuild });
  await until(async () => (await writing.count()) === 1);
  expect(await project.show(id)).toMatchObject({ status, name });
  await writing.release();
  await rebuilt;
  expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE', name: 'new' });
});

it.each(['fail', 'abort'] as const)('lets a spawn %s, and the next one end well', async (how) => {
  const project = nova.project();
  await project.spawnsEnd(how);
  expect(await project.settled(await project.boot())).toMatchObject({ status: 'ERROR' });
  await project.spawnsEnd('well');
  expect(await project.settled(await project.boot())).toMatchObject({ status: 'ACTIVE' });
});

describe("a guest's metadata", () => {
  const META_DATA = 'openstack/latest/meta_data.json';

  it('is on its config drive, which a rebuild makes anew', async () => {
    const project = nova.project();
    const id = await project.boot({ config_drive: true, metadata: { color: 'red' } });
    await project.settled(id);
    const first = await project.guest(id);
    expect(JSON.parse(first!.configDrive![META_DATA]!)).toMatchObject({ uuid: id, meta: { color: 'red' } });
    expect(first!.configDrive).toHaveProperty(['openstack/latest/vendor_data2.json'], expect.any(String));

    await project.act(id, { rebuild: { imageRef: project.images.img1, metadata: { color: 'blue' } } });
    await project.settled(id);
    const { spawns, configDrive } = (await project.guest(id))!;
    expect(spawns).toBe(2);
    expect(JSON.parse(configDrive![META_DATA]!)).toMatchObject({ meta: { color: 'blue' } });
  });

  it('is what the metadata service answers, to nobody else', async () => {
    const project = nova.project();
    const id = await project.boot({ metadata: { color: 'red' } });
    await project.settled(id);
    expect(await project.metadata(id, `/${META_DATA}`)).toMatchObject({
      status: 200,
      body: { uuid: id, meta: { color: 'red' } },
    });
    const other = nova.project();
    expect(await project.metadata(id, `/${META_DATA}`, other.id)).toMatchObject({ status: 404 });
  });
});

describe('a Nova of its own', () => {
  const target = createServer((_, response) => response.end('{"from": "a target"}'));
  let server: TestHome;
  let vendordata: string;
  let own: RealNova;
  let databases: NovaDatabases;

  /** Nova's programs make the databases, as an operator does. */
  beforeAll(async () => {
    server = TestHome.clone();
    target.listen(0, '127.0.0.1');
    vendordata = path.join(server.dir, 'vendordata.json');
    writeFileSync(vendordata, '{"from": "a file"}');
    databases = novaDatabases(await ensurePostgres(server.home, () => {}));
    await remakeDatabases(databases);
    const tools = await NovaTools.open(path.join(server.dir, 'tools'));
    const connection = (name: keyof NovaDatabases) => ({ connection: urlOf(databases[name]) });
    tools.write({
      DEFAULT: { transport_url: 'fake:///' },
      api_database: connection('api'),
      database: connection('cell1'),
    });
    for (const command of [
      ['api_db', 'sync'],
      ['cell_v2', 'map_cell0', '--database_connection', TEMPLATE],
      ['db', 'sync'],
      ['cell_v2', 'create_cell', '--name', 'cell1'],
    ]) {
      expect(await tools.manage(...command)).toMatchObject({ code: 0 });
    }
    tools.close();
  });
  afterAll(async () => {
    await own?.close();
    target.close();
    await server?.remove();
  });

  it('runs on databases that were there, whose mappings are templates, with options of its own', async () => {
    const options = {
      api: {
        vendordata_providers: 'StaticJSON,DynamicJSON',
        vendordata_jsonfile_path: vendordata,
        vendordata_dynamic_targets: `asked@http://127.0.0.1:${(target.address() as AddressInfo).port}/`,
      },
    };
    own = await RealNova.start({ dir: path.join(server.dir, 'nova'), databases, sync: false, options });
    const project = own.project();
    const id = await project.boot({ config_drive: true });
    expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE' });
    const drive = (await project.guest(id))!.configDrive!;
    expect(JSON.parse(drive['openstack/latest/vendor_data2.json']!)).toEqual({
      static: { from: 'a file' },
      asked: { from: 'a target' },
    });
    const mappings = await server.query('select database_connection from cell_mappings', 'nova_api');
    expect(mappings).toContainEqual({ database_connection: TEMPLATE });
  });

  it('is cut off in a rebuild, and finds its guests when it is back', async () => {
    const before = own.project();
    const id = await before.boot();
    await before.settled(id);
    const stopped = await before.stopAt('destroy');
    await before.act(id, { rebuild: { imageRef: before.images.img2 } });
    await until(async () => (await stopped.count()) === 1);
    await own.restart();

    const after = own.project();
    expect(await after.settled(id)).toMatchObject({ status: 'ERROR' });
    await after.admin.call('POST', `/servers/${id}/action`, { rebuild: { imageRef: after.images.img2 } });
    await until(async () => (await after.guest(id))?.spawns === 1);
    expect(await after.settled(id)).toMatchObject({ status: 'ACTIVE' });
  });
});
