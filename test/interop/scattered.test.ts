import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ensurePostgres } from '../../src/daemons/postgres/server.ts';
import { TestHome, until } from '../support/home/cli.ts';
import { novaDatabases } from '../support/interop/nova/databases.ts';
import { ScatteredNova } from '../support/interop/nova/scattered.ts';

const server = TestHome.clone();
let nova: ScatteredNova;

beforeAll(async () => {
  const databases = novaDatabases(await ensurePostgres(server.home, () => {}));
  nova = await ScatteredNova.start(path.join(server.dir, 'nova'), databases);
});
afterAll(async () => {
  await nova?.close();
  await server.remove();
});

it('boots a server', async () => {
  const project = nova.project();
  expect(await project.settled(await project.boot())).toMatchObject({ status: 'ACTIVE' });
});

it('keeps what nova-conductor is asked while it is dead', async () => {
  const project = nova.project();
  await nova.kill('nova-conductor');
  const id = await project.boot();
  expect(await project.show(id)).toMatchObject({ status: 'BUILD' });
  nova.begin('nova-conductor');
  expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE' });
});

it('keeps what nova-compute is asked while it is dead, which for a moment is in error', async () => {
  const project = nova.project();
  await nova.kill('nova-compute');
  const id = await project.boot();
  expect(await project.show(id)).toMatchObject({ status: 'BUILD' });
  nova.begin('nova-compute');
  // nova-compute takes a build that it finds begun for one that was cut off, and then finds the message of it.
  await until(async () => (await project.show(id)).status === 'ACTIVE');
});

it('loses the rebuild that nova-compute was killed in', async () => {
  const project = nova.project();
  const id = await project.boot();
  await project.settled(id);
  const stopped = await project.stopAt('destroy');
  await project.act(id, { rebuild: { imageRef: project.images.img2 } });
  await until(async () => (await stopped.count()) === 1);
  await nova.kill('nova-compute');
  expect(await project.show(id)).toMatchObject({ status: 'REBUILD' });
  nova.begin('nova-compute');
  expect(await project.settled(id)).toMatchObject({ status: 'ERROR' });
});
