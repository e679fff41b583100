import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { LocalDriver } from '../../../src/drivers/compute/local.ts';
import { HomeImages } from '../../../src/drivers/images/home-images.ts';
import { type ComputeServices, openCompute } from '../../../src/engine/open-compute.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { ServerGuests } from '../../../src/services/compute/server-guests.ts';
import { createRequest } from '../cloud/new-servers.ts';
import type { TestHome } from './cli.ts';
import { SYNC } from './compute.ts';

const urls = { fillDatabase: String, fillTransport: String, mask: String };

/** Gives a home Nova's databases, a flavor `small` and an image `tiny`. */
export async function prepareServers(home: TestHome, env: NodeJS.ProcessEnv): Promise<void> {
  const file = path.join(home.dir, 'tiny.raw');
  writeFileSync(file, 'tiny');
  truncateSync(file, 4096);
  for (const args of [
    SYNC,
    ['flavor', 'create', 'small', '--ram', '64', '--disk', '0'],
    ['image', 'create', '--file', file, 'tiny'],
  ]) {
    const { code, stderr } = await home.run(args, { env });
    if (code !== 0) throw new Error(stderr);
  }
}

/** Opens a home's services in this process, whose host is keyward's from then on; whoever opens them closes them. */
export async function openServersOf(home: TestHome): Promise<ComputeServices> {
  const addressOf = (database: string): DatabaseAddress => ({
    host: home.home.runDir,
    port: 5432,
    database,
    user: 'openstack',
    password: null,
    ssl: 'disable',
    sslRootCert: null,
  });
  const services = await openCompute(addressOf('nova_api'), ({ name }) => addressOf(`nova_${name}`), urls);
  await services.hosts.register(hostname(), 'local', null);
  return services;
}

/** Makes a server that runs, in this process: its rows as a run's steps make them, and its files. Gives its uuid. */
export async function madeServer(home: TestHome, services: ComputeServices, name: string): Promise<string> {
  const images = new HomeImages(path.join(home.dir, 'images'));
  const image = await images.find('tiny');
  const { host, cell } = await services.hosts.own(hostname());
  const made = createRequest(cell, { name, host, tags: [], keyPair: null });
  const request = {
    ...made,
    server: { ...made.server, image: { ...made.server.image, id: image.id, minDisk: 0 } },
  };
  const driver = new LocalDriver({
    home: home.dir,
    images: { dataPath: async (id) => images.dataPath((await images.find(id)).id) },
    searchPath: '',
  });
  await services.serverCreation.accept(request);
  await services.serverCreation.place(request);
  await new ServerGuests(services.database, services.cells, driver).spawn(request);
  await services.serverCreation.finish(request);
  return request.uuid;
}

/** What is left of a server on its host: nothing, or everything of a guest and no draft; else what there is. */
export function filesOf(home: TestHome, uuid: string): 'none' | 'whole' | string[] {
  const folder = path.join(home.dir, 'instances');
  const names = readdirSync(folder).filter((name) => name.includes(uuid));
  if (names.length === 0) return 'none';
  const files = names.flatMap((name) => readdirSync(path.join(folder, name))).toSorted();
  if (
    names.join() !== uuid ||
    !['config-drive', 'disk', 'laid-down.json'].every((name) => files.includes(name))
  )
    return [...names, ...files];
  const record = JSON.parse(readFileSync(path.join(folder, uuid, 'laid-down.json'), 'utf8')) as object;
  const isRecorded = Object.values(record).every((value) => value !== null);
  const others = files.filter((name) => !/^(config-drive|disk|disk\.config|laid-down\.json)$/.test(name));
  return isRecorded && others.length === 0 ? 'whole' : files;
}
