import { randomUUID } from 'node:crypto';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { text } from '../../cli/flags/flag-kinds.ts';
import { fleetFilter, fleetFlags } from '../../cli/flags/lock-flags.ts';
import { serversArg } from '../../cli/flags/server-flags.ts';
import { LockCommand } from '../../cli/lock-command.ts';
import { fleetOutcome } from '../../cli/output/fleet-views.ts';
import { serverChangeFlags } from '../../cli/server-command.ts';
import { assertReason, type Locking } from '../../rules/compute/lock-request.ts';
import { parseUntil } from '../../rules/compute/until.ts';
import { ExitCode } from '../../rules/errors.ts';

export default class ServerLock extends LockCommand {
  static override summary = 'Lock servers, saying why and until when, on whosever host they are.';
  static override description =
    "Nova then refuses members of the server's project every change of it, and shows them the reason. Who acts in that " +
    "project (see WHO ACTS) locks as its owner, everybody else as an admin, whose lock an owner can't undo. A server that " +
    'is locked already gets the new reason and the new end, or none of either where that is not given. With --until a run takes the lock off at that time, unless it was ' +
    'changed since; a worker has to run then. With --all one run locks all servers that are not locked yet; repeated, it ' +
    'does the rest.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web1 --reason "disk is being replaced, ticket 4711"',
    '<%= config.bin %> <%= command.id %> web1 web2 --until 8h',
    "<%= config.bin %> <%= command.id %> --all --host compute7 --name 'web-*' --reason maintenance --until 2027-03-04T06:00:00Z",
  ];
  static override output = fleetOutcome;
  static override results = [ExitCode.done, ExitCode.refused, ExitCode.unavailable];
  static override args = serversArg;
  static override strict = false;
  static override flags = {
    ...serverChangeFlags,
    ...formatFlags,
    reason: text('why; at most 255 characters, which the owner of the server is shown'),
    until: text('when the lock ends: a time (in UTC without a zone), or a duration such as 90m, 8h or 2d12h'),
    ...fleetFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ServerLock);
    fleetOutcome.assertColumns(flags);
    const fleet = fleetFilter(flags, argv as string[]);
    const names = fleet ? [] : this.serversNamed(argv, '--all');
    if (flags.reason !== undefined) assertReason(flags.reason);
    const until = flags.until === undefined ? null : parseUntil(flags.until, Date.now());
    const locking = (): Locking => ({
      kind: 'lock',
      reason: flags.reason ?? null,
      lease: until && { id: randomUUID(), until },
    });
    await this.changeServers(flags, async (change) => {
      if (fleet)
        return this.printFleet(change, flags, { locking: locking(), selection: { by: 'filter', ...fleet } });
      return this.doEach({ kind: 'server', names, done: 'locked' }, (name) =>
        this.lockServer(change, flags, name, locking()),
      );
    });
  }
}
