import type { Server } from '../../rules/compute/server.ts';

/**
 * What runs servers on one host. Each method may be called again after a crash at any point, and then does what is left
 * to do. What may pass is a Transient; any other RuleError ends the server's task, and its message becomes the fault.
 */
export type ComputeDriver = {
  readonly name: string;
  /** Lays down the server's disk and what its guest reads at boot. */
  spawn(server: Server): Promise<void>;
  /** Removes everything of the server that is on this host; nothing there is fine. */
  destroy(uuid: string): Promise<void>;
  /** Lists the uuids of the servers of which something is on this host. */
  list(): Promise<string[]>;
};
