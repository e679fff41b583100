import { Flags } from '@oclif/core';
import { ComputeCommand, deadlineFlag } from '../../../cli/compute-command.ts';
import { formatFlags } from '../../../cli/flags/format-flags.ts';
import { limitFlag } from '../../../cli/flags/resource-flags.ts';
import { changesFlags, changesOf, serverArg } from '../../../cli/flags/server-flags.ts';
import { novaSettingsFlags } from '../../../cli/flags/settings-flags.ts';
import { printPages } from '../../../cli/output/pages.ts';
import { serverEventList } from '../../../cli/output/server-event-views.ts';

export default class ServerEventList extends ComputeCommand {
  static override summary = 'List what was asked of a server, newest first.';
  static override description =
    'A deleted server is found by its ID only. Message is Error where a step failed: `keyward server event show` tells ' +
    'which one, and why.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web-1 --long',
    '<%= config.bin %> <%= command.id %> web-1 --changes-since 2026-03-04T06:27:59Z -f json',
  ];
  static override output = serverEventList;
  static override args = serverArg;
  static override flags = {
    ...novaSettingsFlags,
    ...formatFlags,
    long: Flags.boolean({ description: 'show more columns' }),
    ...changesFlags,
    ...limitFlag,
    marker: Flags.string({
      description: 'only those after this request ID, the last one of the page before',
    }),
    ...deadlineFlag(8),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServerEventList);
    serverEventList.assertColumns(flags);
    const wanted = { ...changesOf(flags), marker: flags.marker };
    await this.askCompute(flags, ({ serverEvents }, deadlineMs) =>
      printPages(
        (limit) => serverEvents.list(args.server, { ...wanted, limit }, deadlineMs),
        serverEventList,
        flags,
        {
          announce: this.announce,
          next: ({ requestId }) => `add \`--marker ${requestId}\` for the next page, or `,
        },
      ),
    );
  }
}
