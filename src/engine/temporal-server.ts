import { execFile } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Home } from '../config/home.ts';
import { accepts, exclusively, isRunning, readRecord, startDaemon, stopDaemon } from './daemon.ts';
import type { Announce } from './parts.ts';
import { findTemporal } from './temporal-binary.ts';

const NAME = 'temporal';
const HOST = '127.0.0.1';
const run = promisify(execFile);

export type LocalTemporal = { address: string; uiAddress: string | null };

/** The local Temporal server: on a free loopback port that it keeps, its state in `temporal.db`. */
export async function ensureTemporal(
  home: Home,
  announce: Announce,
  { ui = false } = {},
): Promise<LocalTemporal> {
  const running = await current(home, ui);
  if (running) return running;
  return exclusively(home, NAME, async () => (await current(home, ui)) ?? start(home, announce, ui));
}

export const stopTemporal = (home: Home): Promise<void> => stopDaemon(home, NAME, 'SIGTERM');

/** Null: it does not live, does not answer, or has no UI where one is wanted. */
async function current(home: Home, ui: boolean): Promise<LocalTemporal | null> {
  const record = readRecord(home, NAME);
  if (!record || !isRunning(home, NAME) || !(await accepts({ host: HOST, port: portIn(record.address) })))
    return null;
  const uiAddress = record.build || null;
  return ui && !uiAddress ? null : { address: record.address, uiAddress };
}

async function start(home: Home, announce: Announce, ui: boolean): Promise<LocalTemporal> {
  const command = await findTemporal(home, announce);
  const remembered = readRecord(home, NAME);
  await stopTemporal(home);
  announce('Starting Temporal.');
  const port = await freePort(remembered ? portIn(remembered.address) : 0);
  const uiPort = ui ? await freePort(0) : null;
  const address = `${HOST}:${port}`;
  const uiAddress = uiPort === null ? null : `http://${HOST}:${uiPort}`;
  const { stdout } = await run(command, ['--version']);
  await startDaemon(home, {
    name: NAME,
    command,
    arguments: [
      ...['server', 'start-dev', '--ip', HOST, '--port', String(port), '--log-level', 'error'],
      ...['--db-filename', path.join(home.dir, 'temporal.db')],
      ...(uiPort === null ? ['--headless'] : ['--ui-ip', HOST, '--ui-port', String(uiPort)]),
    ],
    environment: process.env,
    version: /Server ([\d.]+)/.exec(stdout)?.[1] ?? stdout.trim(),
    address,
    build: uiAddress ?? '',
    isReady: () => answers(address),
  });
  return { address, uiAddress };
}

/** A server accepts connections a moment before its namespace is there. */
async function answers(address: string): Promise<boolean> {
  if (!(await accepts({ host: HOST, port: portIn(address) }))) return false;
  const { Connection } = await import('@temporalio/client');
  const connection = Connection.lazy({ address, interceptors: [] } as object);
  try {
    await connection.withDeadline(Date.now() + 1000, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
    await connection.withDeadline(Date.now() + 1000, () =>
      connection.workflowService.countWorkflowExecutions({ namespace: 'default' }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

const portIn = (address: string): number => Number(address.split(':')[1]);

/** The wanted port if nobody has it, else any free one. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () =>
      wanted === 0 ? reject(new Error('there is no free port')) : resolve(freePort(0)),
    );
    server.listen(wanted, HOST, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
