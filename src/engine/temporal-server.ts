import { chmodSync, existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import type { Home } from '../config/home.ts';
import { exclusively, findRunning, readRecord, startDaemon, stopDaemon } from './daemon.ts';
import { daemonEnvironment } from './daemon-environment.ts';
import { logSize, readLogSince } from './daemon-log.ts';
import type { Announce } from './parts.ts';
import type { TemporalProgram } from './temporal-binary.ts';
import { accepts } from './watch-death.ts';

const NAME = 'temporal';
const HOST = '127.0.0.1';
const ATTEMPTS = 5;

/** `address` is host:port; `uiAddress` a URL, null where it runs without a UI. */
export type LocalTemporal = { address: string; uiAddress: string | null };

/** The local Temporal server: on a free loopback port that it keeps, its state in `temporal.db`. */
export async function ensureTemporal(
  home: Home,
  announce: Announce,
  { ui = false } = {},
): Promise<LocalTemporal> {
  const running = await findUp(home, ui);
  if (running) return running;
  const { findTemporal } = await import('./temporal-binary.ts');
  const program = await findTemporal(home, announce);
  return exclusively(home, NAME, async () => (await findUp(home, ui)) ?? start(home, program, announce, ui));
}

export const stopTemporal = (home: Home): Promise<void> =>
  exclusively(home, NAME, () => stopDaemon(home, NAME, 'SIGTERM'));

/** Null: it does not live, does not answer, or has no UI where one is wanted. */
async function findUp(home: Home, ui: boolean): Promise<LocalTemporal | null> {
  const record = findRunning(home, NAME);
  if (!record || (ui && !record.build)) return null;
  if (!(await accepts({ host: HOST, port: portIn(record.address) }))) return null;
  return { address: record.address, uiAddress: record.build || null };
}

async function start(
  home: Home,
  { command, version }: TemporalProgram,
  announce: Announce,
  ui: boolean,
): Promise<LocalTemporal> {
  const remembered = readRecord(home, NAME);
  await stopDaemon(home, NAME, 'SIGTERM');
  announce('Starting Temporal.');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(remembered ? portIn(remembered.address) : 0);
    const uiPort = ui ? await freePort(0) : null;
    const logged = logSize(home, NAME);
    try {
      return await startAt(home, { command, version, port, uiPort });
    } catch (error) {
      const mayDoBetter = (error as Error).name === 'PartEnded' && portWasTaken(home, logged);
      if (attempt === ATTEMPTS || !mayDoBetter) throw error;
    }
  }
}

/** Between a look and a bind others may take a port: one of those given, or of those that it looks for itself. */
const portWasTaken = (home: Home, logged: number): boolean =>
  readLogSince(home, NAME, logged).some((line) => line.includes('address already in use'));

type Launch = TemporalProgram & { port: number; uiPort: number | null };

async function startAt(home: Home, { command, version, port, uiPort }: Launch): Promise<LocalTemporal> {
  const file = path.join(home.dir, 'temporal.db');
  if (existsSync(file)) chmodSync(file, 0o600);
  const address = `${HOST}:${port}`;
  const uiAddress = uiPort === null ? null : `http://${HOST}:${uiPort}`;
  await startDaemon(home, {
    name: NAME,
    command,
    arguments: [
      'server',
      'start-dev',
      `--ip=${HOST}`,
      `--port=${port}`,
      `--db-filename=${file}`,
      '--log-level=warn',
      ...(uiPort === null ? ['--headless'] : [`--ui-ip=${HOST}`, `--ui-port=${uiPort}`]),
    ],
    environment: daemonEnvironment(process.env),
    cwd: home.dir,
    version,
    address,
    build: uiAddress ?? '',
    isReady: async () => (await import('./temporal-probe.ts')).namespaceAnswers(address),
  });
  return { address, uiAddress };
}

const portIn = (address: string): number => Number(address.split(':')[1]);

/** The wanted port if nobody has it, else any free one. */
async function freePort(wanted: number): Promise<number> {
  return (await listenOnce(wanted)) ?? (await listenOnce(0)) ?? 0;
}

/** The port on which it could listen; null if it could not. */
const listenOnce = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, HOST, () => {
      const { port: given } = server.address() as AddressInfo;
      server.close(() => resolve(given));
    });
  });
