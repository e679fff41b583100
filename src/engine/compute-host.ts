import type { ComputeDriver } from '../drivers/compute/driver.ts';
import type { Announce } from '../rules/announce.ts';
import { SEEN_EVERY_SECONDS } from '../rules/compute/host.ts';
import { RuleError } from '../rules/errors.ts';
import type { HostService } from '../services/compute/host-service.ts';
import type { ServerGuests } from '../services/compute/server-guests.ts';
import { type Beat, startBeat } from './beat.ts';

type Parts = {
  /** The name by which Nova's rows know it. */
  host: string;
  cell: string | null;
  driver: ComputeDriver;
  hosts: HostService;
  guests: ServerGuests;
  announce: Announce;
};

/**
 * Makes this host one of keyward's as long as its worker runs: it shows itself in its cell, and removes the guests of
 * servers that are gone from the rows. With `isAsked` it is refused where the host can't be keyward's; else that is told,
 * and the worker does the rest.
 */
export async function openComputeHost(
  { host, cell, driver, hosts, guests, announce }: Parts,
  { isAsked }: { isAsked: boolean },
): Promise<Beat> {
  const show = () => hosts.register(host, driver.name, cell);
  const tell = (line: string): void => announce(`Servers of this host: ${line}`);
  await show().catch((error: unknown) => {
    if (isAsked || !(error instanceof RuleError)) throw error;
  });
  const beat = async (): Promise<void> => {
    await show();
    await guests.sweep(tell);
  };
  return startBeat(SEEN_EVERY_SECONDS * 1000, beat, tell);
}
