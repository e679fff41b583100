import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Home } from '../../config/home.ts';
import { Unavailable } from '../../rules/errors.ts';
import { shellWord } from '../../rules/shell-word.ts';
import { startDaemon } from '../daemon.ts';
import { daemonEnvironment } from '../daemon-environment.ts';
import { logSize, readLogSince } from '../daemon-log.ts';
import type { TemporalProgram } from './binary.ts';
import type { LocalTemporal } from './server.ts';
import { isSocketAddress } from '../../rules/temporal-address.ts';
import { closedAddress, INSIDE, UI_INSIDE } from './socket.ts';

const NAME = 'temporal';
const HOST = '127.0.0.1';
const DATA = 'temporal.db';
const ATTEMPTS = 5;
/** The relay lies beside this file, compiled or not as this file is. */
const RELAY = fileURLToPath(new URL(`relay${path.extname(import.meta.url)}`, import.meta.url));

type Launch = LocalTemporal & {
  /** These words are put in front of the command line. */
  prefix: string[];
  port: number;
  uiPort: number | null;
  inherit: number[];
};

/** Starts Temporal in the private network that the prefix makes, with a relay in front. */
export async function launchClosed(
  home: Home,
  program: TemporalProgram,
  network: string[],
  ui: boolean,
): Promise<LocalTemporal> {
  const address = closedAddress(home);
  // A socket stays in the network in which it was opened, so the host's port is opened here and given to the relay.
  const front = ui ? await listen(0) : null;
  try {
    return await launch(home, program, {
      address,
      uiAddress: front && uiOrigin(front),
      prefix: [...network, process.execPath, RELAY, address],
      port: INSIDE.port,
      uiPort: front && UI_INSIDE.port,
      inherit: front ? [descriptor(front)] : [],
    });
  } finally {
    front?.close();
  }
}

/** Starts Temporal on free loopback ports, if possible on the same one as before. */
export async function launchOpen(
  home: Home,
  program: TemporalProgram,
  before: string | null,
  ui: boolean,
): Promise<LocalTemporal> {
  const remembered = before && !isSocketAddress(before) ? Number(before.split(':')[1]) : 0;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(remembered);
    const uiPort = ui ? await freePort(0) : null;
    const logged = logSize(home, NAME);
    try {
      return await launch(home, program, {
        address: `${HOST}:${port}`,
        uiAddress: uiPort === null ? null : `http://${HOST}:${uiPort}`,
        prefix: [],
        port,
        uiPort,
        inherit: [],
      });
    } catch (error) {
      const mayDoBetter = (error as Error).name === 'PartEnded' && portWasTaken(home, logged);
      if (attempt === ATTEMPTS || !mayDoBetter) throw error;
    }
  }
}

/** Tells whether others took a port before Temporal could: one that it was given, or one that it found itself. */
const portWasTaken = (home: Home, logged: number): boolean =>
  readLogSince(home, NAME, logged).some((line) => line.includes('address already in use'));

async function launch(
  home: Home,
  { command, version }: TemporalProgram,
  { address, uiAddress, prefix, port, uiPort, inherit }: Launch,
): Promise<LocalTemporal> {
  const file = path.join(home.dir, DATA);
  if (existsSync(file)) chmodSync(file, 0o600);
  const logged = logSize(home, NAME);
  const [program, ...before] = [...prefix, command];
  const flags = [
    `--ip=${HOST}`,
    `--port=${port}`,
    // The name is relative: SQLite takes it for a URI, in which the characters of a home's path may mean other things.
    `--db-filename=${DATA}`,
    '--log-level=warn',
    ...(uiPort === null ? ['--headless'] : [`--ui-ip=${HOST}`, `--ui-port=${uiPort}`]),
  ];
  const start = startDaemon(home, {
    name: NAME,
    command: program!,
    arguments: [...before, 'server', 'start-dev', ...flags],
    environment: daemonEnvironment(process.env),
    cwd: home.dir,
    version,
    address,
    uiAddress,
    inherit,
    isReady: async () => (await import('./probe.ts')).namespaceAnswers(address),
  });
  await start.catch((error: Error) => {
    throw dataIsDamaged(home, logged) ? damaged(file) : error;
  });
  return { address, uiAddress };
}

/** Recognises damaged data by SQLite's words in the log. */
const dataIsDamaged = (home: Home, logged: number): boolean =>
  readLogSince(home, NAME, logged).some((line) =>
    /file is not a database|database disk image is malformed/.test(line),
  );

const damaged = (file: string): Unavailable =>
  new Unavailable(
    'TemporalDataDamaged',
    `Temporal can't read ${file}: it is damaged. It holds the histories of runs, and nothing of any cloud.`,
    `Put its copy back if there is one; else move it aside (\`mv ${shellWord(file)} ${shellWord(`${file}.damaged`)}\`) ` +
      'and repeat the command: it starts with an empty one, and runs that were open are gone.',
  );

/**
 * Makes up a host's name that nobody else knows. Browsers take every name below localhost for this machine, and send a
 * cookie to all ports of the name that it is for, whosever they are.
 */
const uiOrigin = (front: Server): string =>
  `http://keyward-${randomBytes(6).toString('hex')}.localhost:${(front.address() as AddressInfo).port}`;

/** Gives a listening socket's number, by which alone a child gets it; Node does not document how to learn it. */
const descriptor = (server: Server): number => (server as unknown as { _handle: { fd: number } })._handle.fd;

/** Gives the wanted port if nobody has it, else any free one. */
async function freePort(wanted: number): Promise<number> {
  const server = await listen(wanted).catch(() => listen(0));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(port, HOST, () => resolve(server));
  });
