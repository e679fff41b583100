import { Flags } from '@oclif/core';
import { ComputeCommand, deadlineFlag } from '../../../cli/compute-command.ts';
import { formatFlags } from '../../../cli/flags/format-flags.ts';
import { limitFlag } from '../../../cli/flags/resource-flags.ts';
import { novaSettingsFlags } from '../../../cli/flags/settings-flags.ts';
import { lockList, type RepairedLock } from '../../../cli/output/lock-views.ts';
import { printPages } from '../../../cli/output/pages.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fleetLockWorkflowId } from '../../../rules/compute/lock-request.ts';
import type { ListedLock } from '../../../rules/compute/lock-view.ts';
import { ExitCode, RuleError } from '../../../rules/errors.ts';

export default class ServerLockList extends ComputeCommand {
  static override summary = 'List the locks of all cells: why, by whom, since when and until when.';
  static override description =
    'Locks that Nova has put on are among them, and servers on which keyward has put a lock that is not there any more. Drift ' +
    "says how the rows differ from what keyward put on: Nova can lose a lock's reason, or the lock. --repair writes that " +
    "again, as long as Nova has noted no lock or unlock since; where it has, that counts, and keyward's is forgotten. " +
    'An orphan is a lock whose time is over, or of a run that was ended before it was done.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --orphaned -f json',
    '<%= config.bin %> <%= command.id %> --repair',
  ];
  static override output = lockList;
  static override results = [ExitCode.done, ExitCode.refused, ExitCode.unavailable];
  static override flags = {
    ...novaSettingsFlags,
    ...formatFlags,
    long: Flags.boolean({ description: 'show more columns' }),
    orphaned: Flags.boolean({ description: 'only orphans; Temporal is asked about runs that are not done' }),
    repair: Flags.boolean({
      description: 'only those with a drift, and mend it',
      exclusive: ['orphaned', 'limit'],
    }),
    ...limitFlag,
    ...deadlineFlag(8),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServerLockList);
    lockList.assertColumns(flags);
    const { orphaned, repair } = flags;
    await this.withCompute(
      flags,
      ({ lockList: locks, lockRepair }, engine) => {
        const options = {
          deadlineMs: flags.timeout * 1000,
          onFailure: this.tellUnseen('locks'),
          isWanted: ({ isOrphaned, drift }: ListedLock) =>
            orphaned ? isOrphaned : !repair || drift !== null,
          ...(orphaned && { isRunOpen: runsOpenIn(engine) }),
        };
        const actor = this.newActor();
        const mend = async (lock: ListedLock): Promise<RepairedLock> => ({
          ...lock,
          repair: await lockRepair.repair(lock, actor).catch((error: unknown) => this.#unmended(lock, error)),
        });
        // All are mended, however many a table would show.
        const pages = (limit: number | undefined) =>
          repair ? mended(locks.list(options), mend) : locks.list({ ...options, limit });
        const view = repair ? { ...flags, limit: Number.MAX_SAFE_INTEGER } : flags;
        return printPages<RepairedLock>(pages, lockList, view, { announce: this.announce });
      },
      { deadlineSeconds: flags.timeout },
    );
  }

  /** What hinders one repair is told, and hinders no other one. */
  #unmended({ uuid }: ListedLock, error: unknown): null {
    if (!(error instanceof RuleError)) throw error;
    this.endWith(error.exitCode);
    this.announce(
      `Warning: the lock of ${uuid} is not repaired: ${error.message} ${this.configuredText(error.cure)}`,
    );
    return null;
  }
}

async function* mended(
  pages: AsyncIterable<ListedLock[]>,
  mend: (lock: ListedLock) => Promise<RepairedLock>,
): AsyncGenerator<RepairedLock[]> {
  for await (const page of pages) {
    const done: RepairedLock[] = [];
    for (const lock of page) done.push(await mend(lock));
    yield done;
  }
}

/** Asks Temporal whether the run of a request goes on; it is reached only where there is something to ask. */
const runsOpenIn =
  (engine: Engine) =>
  async (requestId: string): Promise<boolean> => {
    const admin = await engine.runAdmin();
    return admin.isOpen(fleetLockWorkflowId({ target: await engine.compute.target(), requestId }));
  };
