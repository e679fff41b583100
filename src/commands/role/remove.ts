import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { grantFlags, grantRequest } from '../../cli/flags/grant-flags.ts';
import { oneArg } from '../../cli/flags/resource-flags.ts';

export default class RoleRemove extends ResourceCommand {
  static override summary = 'Take a role away from a user.';
  static override description =
    'Keystone works the roles of a token out anew each time it is used, so it ends at once.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> member --user alice --project web',
    '<%= config.bin %> <%= command.id %> admin --user alice --system all',
    '<%= config.bin %> <%= command.id %> reader --user alice --domain customers --inherited',
  ];
  static override args = oneArg('role');
  static override flags = { ...settingsFlags, ...grantFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RoleRemove);
    const request = grantRequest(args['role']!, flags);
    await this.changeIdentity(flags, ({ grants, actor }) => grants.remove(request, actor));
  }
}
