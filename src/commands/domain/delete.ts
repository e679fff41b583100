import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { namesOf, oneArg } from '../../cli/flags/resource-flags.ts';

export default class DomainDelete extends ResourceCommand {
  static override summary = 'Delete one domain or several.';
  static override description =
    'With all that is in it (projects, users, groups, roles), in one transaction. Refused while it is enabled, and if anything in it is immutable, which is then named.';
  static override examples = ['<%= config.bin %> <%= command.id %> customers'];
  static override strict = false;
  static override args = oneArg('domain');
  static override flags = {
    ...settingsFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(DomainDelete);
    await this.deleteResources('domain', namesOf(argv, 'domain'), flags);
  }
}
