import { ComputeCommand, deadlineFlag } from '../../cli/compute-command.ts';
import { Flags } from '@oclif/core';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { limitFlag } from '../../cli/flags/resource-flags.ts';
import { serverFilterFlags, serverSortFlag } from '../../cli/flags/server-flags.ts';
import { novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { printPages } from '../../cli/output/pages.ts';
import { serverList } from '../../cli/output/server-views.ts';
import { NEWEST_FIRST, serverOrder } from '../../rules/compute/server-order.ts';
import { ExitCode } from '../../rules/errors.ts';

export default class ServerList extends ComputeCommand {
  static override summary = 'List the servers of all projects, over all cells.';
  static override description =
    'The newest first. A table shows one page; csv, value, json and yaml give all, however many there are. All cells are ' +
    'asked at once: one that gives no answer is named on stderr, what the others have is printed, and the exit code is ' +
    '69. The expression of --name is one of PostgreSQL, and tells capital letters from small ones.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --config-file /etc/nova/nova.conf',
    '<%= config.bin %> <%= command.id %> --locked --long',
    "<%= config.bin %> <%= command.id %> --status ERROR --name '^web-' -f json",
    '<%= config.bin %> <%= command.id %> --sort-column Name --limit 20 --marker ID',
  ];
  static override output = serverList;
  static override results = [ExitCode.done, ExitCode.unavailable];
  static override flags = {
    ...novaSettingsFlags,
    ...formatFlags,
    ...serverSortFlag,
    ...serverFilterFlags,
    long: Flags.boolean({ description: 'show more columns' }),
    ...limitFlag,
    marker: Flags.string({ description: 'only those after this ID, the last one of the page before' }),
    ...deadlineFlag(8),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServerList);
    const { project: projectId, host, name, status, locked, unlocked, deleted, marker, ...shown } = flags;
    serverList.assertColumns(shown);
    const { 'sort-column': sorted, 'sort-descending': isDescending, ...view } = shown;
    const filter = {
      projectId,
      host,
      name,
      status,
      deleted,
      isProtected: flags.protected || undefined,
      locked: locked || (unlocked ? false : undefined),
    };
    const order = sorted?.length ? serverOrder(sorted, isDescending) : NEWEST_FIRST;
    const next = ({ uuid }: { uuid: string }) => `add \`--marker ${uuid}\` for the next page, or `;
    await this.askCompute(flags, ({ serverList: servers }, deadlineMs) => {
      const isLong = view.long || view.column !== undefined;
      const options = { order, marker, isLong, deadlineMs, onFailure: this.tellUnseen('servers') };
      const pages = (limit: number | undefined) => servers.list(filter, { ...options, limit });
      return printPages(pages, serverList, view, { announce: this.announce, next });
    });
  }
}
