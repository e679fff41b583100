import {
  type FleetLockRequest,
  fleetLockWorkflowId,
  type FleetOutcome,
  type Locking,
  lockRunIn,
  serverLockWorkflowId,
} from '../rules/compute/lock-request.ts';
import { ExitCode, UsageError } from '../rules/errors.ts';
import type { RunOptions, Runs } from '../temporal/runs.ts';
import type { FormatOptions } from './flags/format-flags.ts';
import { namesOf } from './flags/resource-flags.ts';
import { fleetOutcome } from './output/fleet-views.ts';
import { type ServerChange, type ServerChangeFlags, ServerCommand } from './server-command.ts';

/** A command that changes locks, of servers that are named or of many at once. */
export abstract class LockCommand extends ServerCommand {
  /** Locks or unlocks a server by its name or id. */
  protected async lockServer(
    change: ServerChange,
    flags: ServerChangeFlags,
    name: string,
    locking: Locking,
  ): Promise<void> {
    const { serverLocks } = change.services;
    await this.changeInCell(
      change,
      flags,
      name,
      { locking },
      {
        title: `server ${locking.kind}`,
        idOf: serverLockWorkflowId,
        settle: (request) => serverLocks.settle(request),
        start: (runs, request, options) => runs.run('serverLock', request, options),
      },
    );
    this.#tellLease(change, locking);
  }

  /** Changes many locks and prints what became of them; the exit code says whether that was all of them. */
  protected async printFleet(
    change: ServerChange,
    flags: ServerChangeFlags & FormatOptions,
    wanted: Pick<FleetLockRequest, 'locking' | 'selection'>,
  ): Promise<void> {
    const outcome = await this.#lockFleet(change, flags, wanted);
    if (outcome === null) return;
    await fleetOutcome.print(outcome.cells, flags);
    if (outcome.cells.some(({ refused }) => refused > 0)) this.endWith(ExitCode.refused);
    for (const { cell, error } of outcome.cells) if (error !== null) this.#tellUndone(cell, error);
  }

  /** Gives the servers that are named; `flag` chooses servers in another way. */
  protected serversNamed(argv: unknown[], flag: string): string[] {
    if (argv.length > 0) return namesOf(argv, 'server');
    throw new UsageError('No server is named.', `Name servers, or choose them with ${flag}.`);
  }

  /** Gives the request of the run that is named; refuses what is none. */
  protected async lockRun({ engine }: ServerChange, given: string): Promise<string> {
    const requestId = lockRunIn(await engine.compute.target(), given);
    if (requestId !== null) return requestId;
    throw new UsageError(
      `'${given}' is no run of \`server lock\` on these databases.`,
      'Give its ID, as `server lock` prints it and `server lock list` shows it.',
    );
  }

  /** Gives what became of the servers; null with --no-wait. */
  async #lockFleet(
    change: ServerChange,
    flags: ServerChangeFlags,
    wanted: Pick<FleetLockRequest, 'locking' | 'selection'>,
  ): Promise<FleetOutcome | null> {
    const { services, engine } = change;
    const { kind } = wanted.locking;
    const request = { ...(await this.newRequest(change)), ...wanted };
    const { settlingOfFleet } = await import('../engine/settle-server.ts');
    const workflowId = fleetLockWorkflowId(request);
    const start = (runs: Runs, options: RunOptions): Promise<FleetOutcome | null> =>
      runs.run('serverLockFleet', request, options);
    const settling = settlingOfFleet(services, request);
    const outcome = await this.followIn(engine, flags, workflowId, `server ${kind}`, start, { settling });
    this.#tellLease(change, wanted.locking);
    if (outcome === null) this.log(workflowId);
    else if (kind === 'lock' && outcome.cells.some(({ changed }) => changed > 0))
      this.announce(`\`keyward server unlock --run ${workflowId}\` takes these locks off.`);
    return outcome;
  }

  /** Says so where nothing will be there to end a lease: this process has worked on the run itself. */
  #tellLease({ engine }: ServerChange, locking: Locking): void {
    if (locking.kind === 'lock' && locking.lease !== null && engine.hostsWorker)
      this.announce(
        'Note: the lock ends when a worker runs by then (`keyward worker start`), or once one does.',
      );
  }

  #tellUndone(cell: string, error: string): void {
    this.endWith(ExitCode.unavailable);
    this.announce(
      `Warning: not all servers of cell ${cell} were looked at: ${this.configuredText(error)} Repeat the command for the rest.`,
    );
  }
}
