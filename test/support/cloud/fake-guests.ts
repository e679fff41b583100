import type { ComputeDriver } from '../../../src/drivers/compute/driver.ts';
import type { Server } from '../../../src/rules/compute/server.ts';

/** A compute driver that only remembers what it was asked for. */
export class FakeGuests implements ComputeDriver {
  readonly name = 'fake';
  readonly #servers = new Map<string, Server>();

  spawn = async (server: Server): Promise<void> => void this.#servers.set(server.uuid, server);
  destroy = async (uuid: string): Promise<void> => void this.#servers.delete(uuid);
  list = async (): Promise<string[]> => [...this.#servers.keys()];

  /** Gives the server as it was spawned; null where there is none. */
  spawned = (uuid: string): Server | null => this.#servers.get(uuid) ?? null;
}
