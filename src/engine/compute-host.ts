import type { ComputeDriver } from '../drivers/compute/driver.ts';
import type { Announce } from '../rules/announce.ts';
import { SEEN_EVERY_SECONDS } from '../rules/compute/host.ts';
import { RuleError } from '../rules/errors.ts';
import type { HostService } from '../services/compute/host-service.ts';
import type { ServerGuests } from '../services/compute/server-guests.ts';

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
 * One of keyward's hosts, as long as its worker runs: it shows itself in its cell, and removes the guests of servers that
 * Nova's API has deleted from the rows alone.
 */
export class ComputeHost {
  readonly #parts: Parts;
  #timer: NodeJS.Timeout | null = null;
  #under: Promise<void> = Promise.resolve();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** With `isAsked` it is refused where the host can't be keyward's; else that is told, and the worker does the rest. */
  static async open(parts: Parts, { isAsked }: { isAsked: boolean }): Promise<ComputeHost> {
    const host = new ComputeHost(parts);
    await host.#show().catch((error: unknown) => {
      if (isAsked || !(error instanceof RuleError)) throw error;
      parts.announce(`This host runs no servers. ${error.message} ${error.cure}`);
    });
    const beat = (): void => {
      host.#under = host.#beat();
    };
    host.#timer = setInterval(beat, SEEN_EVERY_SECONDS * 1000).unref();
    beat();
    return host;
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#under;
  }

  async #beat(): Promise<void> {
    try {
      await this.#show();
      await this.#parts.guests.sweep();
    } catch (error) {
      // It is tried again soon; what can't be reached is told by the steps that need it.
      if (!(error instanceof RuleError)) this.#parts.announce(String(error));
    }
  }

  async #show(): Promise<void> {
    const { host, cell, driver, hosts } = this.#parts;
    await hosts.register(host, driver.name, cell);
  }
}
