import { rmSync } from 'node:fs';
import type { Home } from '../../config/home.ts';
import { OPEN_NOTE } from '../../rules/open-note.ts';
import { exclusively, findRunning, readRecord, stopDaemon } from '../daemon.ts';
import type { Announce } from '../../rules/announce.ts';
import type { TemporalProgram } from './binary.ts';
import { isSocketAddress, socketPaths } from '../../rules/temporal-address.ts';
import { closedAddress, dial, mintUiToken } from './socket.ts';
import { accepts } from '../watch-death.ts';

const NAME = 'temporal';

/** `address` is a socket (`unix:/path`), or host:port where others get in; `uiAddress` is null without a UI. */
export type LocalTemporal = { address: string; uiAddress: string | null };

/** Makes sure that the local Temporal runs, if possible in a private network; its state is in `temporal.db`. */
export async function ensureTemporal(
  home: Home,
  announce: Announce,
  { ui = false } = {},
): Promise<LocalTemporal> {
  const running = await findUp(home, ui);
  if (running) return running;
  const { findTemporal } = await import('./binary.ts');
  const program = await findTemporal(home, announce);
  return exclusively(home, NAME, async () => (await findUp(home, ui)) ?? start(home, program, announce, ui));
}

export const stopTemporal = (home: Home): Promise<void> => exclusively(home, NAME, () => stop(home));

/** Gives a browser's way to the web UI: a link that works once, or the address where others get in anyway. */
export async function uiLink({ address, uiAddress }: LocalTemporal): Promise<string | null> {
  if (!uiAddress || !isSocketAddress(address)) return uiAddress;
  return `${uiAddress}/?token=${await mintUiToken(address)}`;
}

/** Finds a Temporal that can be used; null if none lives and answers, or it has no UI and one is wanted. */
async function findUp(home: Home, ui: boolean): Promise<LocalTemporal | null> {
  const record = findRunning(home, NAME);
  if (!record || (ui && !record.uiAddress)) return null;
  if (!(await accepts(dial(record.address)))) return null;
  return { address: record.address, uiAddress: record.uiAddress ?? null };
}

/** Stops Temporal, and removes the sockets that a killed relay leaves behind. */
async function stop(home: Home): Promise<void> {
  await stopDaemon(home, NAME, 'SIGTERM');
  for (const socket of Object.values(socketPaths(closedAddress(home)))) rmSync(socket, { force: true });
}

async function start(
  home: Home,
  program: TemporalProgram,
  announce: Announce,
  ui: boolean,
): Promise<LocalTemporal> {
  const before = readRecord(home, NAME)?.address ?? null;
  await stop(home);
  const [{ findPrivateNetwork }, { launchClosed, launchOpen }] = await Promise.all([
    import('./private-network.ts'),
    import('./launch.ts'),
  ]);
  announce('Starting Temporal.');
  const network = await findPrivateNetwork();
  if (network) return launchClosed(home, program, network, ui);
  announce(OPEN_NOTE);
  return launchOpen(home, program, before, ui);
}
