import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePostgres } from '../../../src/daemons/postgres/server.ts';
import { watchDeath } from '../../../src/daemons/watch-death.ts';
import { EngineHome } from '../../support/home/engine-home.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-watch-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function listen(): Promise<{ server: Server; socketPath: string; nextClient: () => Promise<Socket> }> {
  const socketPath = path.join(dir, 'a.sock');
  const server = createServer().listen(socketPath);
  await once(server, 'listening');
  return { server, socketPath, nextClient: async () => ((await once(server, 'connection')) as [Socket])[0] };
}

it('a connection that is merely closed is no death; nobody listening any more is one, told once', async () => {
  const { server, socketPath, nextClient } = await listen();
  const first = nextClient();
  let deaths = 0;
  const dead = new Promise<void>((resolve) => {
    watchDeath(socketPath, () => {
      deaths += 1;
      resolve();
    });
  });
  const second = first.then((client) => {
    const next = nextClient();
    client.destroy();
    return next;
  });
  const client = await second;
  expect(deaths).toBe(0);
  server.close();
  client.destroy();
  await dead;
  expect(deaths).toBe(1);
});

it('tells at once of a socket where nobody listens', async () => {
  await new Promise<void>((resolve) => {
    watchDeath(path.join(dir, 'nobody.sock'), resolve);
  });
});

it('is silent once it is closed', async () => {
  const { server, socketPath, nextClient } = await listen();
  const connected = nextClient();
  const watch = watchDeath(socketPath, () => {
    throw new Error('told after close');
  });
  const client = await connected;
  const ended = once(client, 'close');
  client.resume();
  watch.close();
  await ended;
  server.close();
  await once(server, 'close');
});

it('sees that PostgreSQL was killed', async () => {
  const engine = new EngineHome();
  try {
    const { host, port } = await ensurePostgres(engine.home, () => {});
    await new Promise<void>((resolve) => {
      watchDeath(path.join(host, `.s.PGSQL.${port}`), resolve);
      process.kill(engine.part('postgres').pid!, 'SIGKILL');
    });
  } finally {
    await engine.remove();
  }
});
