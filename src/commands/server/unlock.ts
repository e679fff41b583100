import { formatFlags } from '../../cli/flags/format-flags.ts';
import { text } from '../../cli/flags/flag-kinds.ts';
import { serversArg } from '../../cli/flags/server-flags.ts';
import { LockCommand } from '../../cli/lock-command.ts';
import { fleetOutcome } from '../../cli/output/fleet-views.ts';
import { serverChangeFlags } from '../../cli/server-command.ts';
import { ExitCode, UsageError } from '../../rules/errors.ts';

export default class ServerUnlock extends LockCommand {
  static override summary = 'Unlock servers, by their names or as one run has locked them.';
  static override description =
    "The reason goes with the lock, and so does a lease. An admin's lock is an admin's to undo. As in Nova, a server that is " +
    'not locked is unlocked all the same. With --run exactly those locks are taken off that this run put on and that are ' +
    'still its own: what somebody locked again since stays.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web1 web2',
    '<%= config.bin %> <%= command.id %> --run 0f0e6f5c-53a1-4f68-8c5e-5d4a4f1c7b11',
  ];
  static override output = fleetOutcome;
  static override results = [ExitCode.done, ExitCode.refused, ExitCode.unavailable];
  static override args = serversArg;
  static override strict = false;
  static override flags = {
    ...serverChangeFlags,
    ...formatFlags,
    run: text('the run of `server lock` whose locks are taken off: its ID, or the request ID at its end'),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ServerUnlock);
    fleetOutcome.assertColumns(flags);
    const { run } = flags;
    if (run !== undefined && argv.length > 0)
      throw new UsageError('Servers are named beside --run.', 'Name servers, or a run.');
    const names = run === undefined ? this.serversNamed(argv, '--run') : [];
    const locking = { kind: 'unlock' } as const;
    await this.changeServers(flags, async (change) => {
      if (run === undefined)
        return this.doEach({ kind: 'server', names, done: 'unlocked' }, (name) =>
          this.lockServer(change, flags, name, locking),
        );
      const requestId = await this.lockRun(change, run);
      return this.printFleet(change, flags, { locking, selection: { by: 'run', requestId } });
    });
  }
}
