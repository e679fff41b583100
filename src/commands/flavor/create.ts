import { ComputeCommand } from '../../cli/compute-command.ts';
import { flavorFlags, flavorOf } from '../../cli/flags/flavor-flags.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { newArg } from '../../cli/flags/resource-flags.ts';
import { lockTimeoutFlag, novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { createdFlavor, flavorRecord } from '../../cli/output/flavor-views.ts';

export default class FlavorCreate extends ComputeCommand {
  static override summary = 'Create a flavor: how much memory, disk and how many CPUs a server gets.';
  static override description =
    'With its properties and its project, in one transaction. Refused if its name or ID is taken.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> m1.small --ram 2048 --disk 20',
    "<%= config.bin %> <%= command.id %> db --ram 8192 --vcpus 4 --private --project ID --property 'hw:cpu_policy=dedicated'",
  ];
  static override output = createdFlavor;
  static override args = newArg;
  static override flags = {
    ...novaSettingsFlags,
    ...lockTimeoutFlag,
    ...recordFormatFlags,
    ...flavorFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(FlavorCreate);
    createdFlavor.assertColumns(flags);
    const wanted = flavorOf(args.name, flags);
    const flavor = await this.withCompute(flags, ({ flavors }) => flavors.create(wanted, this.newActor()), {
      lockSeconds: flags.timeout,
    });
    await createdFlavor.print(flavorRecord(flavor), flags);
  }
}
