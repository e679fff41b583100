import { type FleetLockRequest, lockRunIn } from '../rules/compute/lock-request.ts';
import { ExitCode, UsageError } from '../rules/errors.ts';
import type { FormatOptions } from './flags/format-flags.ts';
import { namesOf } from './flags/resource-flags.ts';
import { fleetOutcome } from './output/fleet-views.ts';
import { type ServerChange, type ServerChangeFlags, ServerCommand } from './server-command.ts';

/** A command that changes locks, of servers that are named or of many at once. */
export abstract class LockCommand extends ServerCommand {
  /** Changes many locks and prints what became of them; the exit code says whether that was all of them. */
  protected async printFleet(
    change: ServerChange,
    flags: ServerChangeFlags & FormatOptions,
    wanted: Pick<FleetLockRequest, 'locking' | 'selection'>,
  ): Promise<void> {
    const outcome = await this.lockFleet(change, flags, wanted);
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

  #tellUndone(cell: string, error: string): void {
    this.endWith(ExitCode.unavailable);
    this.announce(
      `Warning: not all servers of cell ${cell} were looked at: ${error} Repeat the command for the rest.`,
    );
  }
}
