import { ComputeCommand } from '../../cli/compute-command.ts';
import { flavorFilterFlags } from '../../cli/flags/flavor-flags.ts';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { limitFlag } from '../../cli/flags/resource-flags.ts';
import { lockTimeoutFlag, novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { Flags } from '@oclif/core';
import { flavorList } from '../../cli/output/flavor-views.ts';
import { printPages } from '../../cli/output/pages.ts';

export default class FlavorList extends ComputeCommand {
  static override summary = 'List the public flavors, the private ones, or all.';
  static override description =
    'In the order of their IDs, as Nova lists them. A table shows one page; csv, value, json and yaml give all. With ' +
    '--sort-column all are read first, and shown in that order.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --all --long',
    '<%= config.bin %> <%= command.id %> --min-ram 4096 -f value -c Name',
    '<%= config.bin %> <%= command.id %> --limit 20 --marker ID',
  ];
  static override output = flavorList;
  static override flags = {
    ...novaSettingsFlags,
    ...lockTimeoutFlag,
    ...formatFlags,
    ...flavorFilterFlags,
    long: Flags.boolean({ description: 'also swap, the RXTX factor and properties' }),
    ...limitFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(FlavorList);
    flavorList.assertColumns(flags);
    const { marker, 'min-disk': minDisk, 'min-ram': minRam } = flags;
    const filter = { isPublic: flags.all ? null : !flags.private, minDisk, minRam, marker };
    await this.withCompute(
      flags,
      ({ flavors }) =>
        printPages((limit) => flavors.list({ ...filter, limit }), flavorList, flags, {
          announce: this.announce,
          next: ({ flavorid }) => `add \`--marker ${flavorid}\` for the next page, or `,
        }),
      { lockSeconds: flags.timeout },
    );
  }
}
