import { ComputeCommand } from '../../cli/compute-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { oneArg } from '../../cli/flags/resource-flags.ts';
import { lockTimeoutFlag, novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { shownFlavor, shownFlavorRecord } from '../../cli/output/flavor-views.ts';

export default class FlavorShow extends ComputeCommand {
  static override summary = 'Show a flavor, and which projects may use it if it is private.';
  static override description = 'What is given is taken for an ID first, and then for a name.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> m1.tiny',
    '<%= config.bin %> <%= command.id %> 1 -f json',
  ];
  static override output = shownFlavor;
  static override args = oneArg('flavor');
  static override flags = { ...novaSettingsFlags, ...lockTimeoutFlag, ...recordFormatFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(FlavorShow);
    shownFlavor.assertColumns(flags);
    const shown = await this.withCompute(flags, ({ flavors }) => flavors.show(args['flavor']!), {
      lockSeconds: flags.timeout,
    });
    await shownFlavor.print(shownFlavorRecord(shown), flags);
  }
}
