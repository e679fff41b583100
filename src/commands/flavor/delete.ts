import { ComputeCommand } from '../../cli/compute-command.ts';
import { namesOf, oneArg } from '../../cli/flags/resource-flags.ts';
import { lockTimeoutFlag, novaSettingsFlags } from '../../cli/flags/settings-flags.ts';

export default class FlavorDelete extends ComputeCommand {
  static override summary = 'Delete one flavor or several.';
  static override description =
    'With its properties and the access of projects, each in one transaction. Servers that have it keep what it was.';
  static override examples = ['<%= config.bin %> <%= command.id %> m1.small m1.large'];
  static override strict = false;
  static override args = oneArg('flavor');
  static override flags = { ...novaSettingsFlags, ...lockTimeoutFlag };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(FlavorDelete);
    const names = namesOf(argv, 'flavor');
    const actor = this.newActor();
    await this.withCompute(
      flags,
      ({ flavors }) =>
        this.doEach({ kind: 'flavor', names, done: 'deleted' }, (name) => flavors.delete(name, actor)),
      { lockSeconds: flags.timeout },
    );
  }
}
