import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { grantFlags, grantRequest } from '../../cli/flags/grant-flags.ts';
import { oneArg } from '../../cli/flags/resource-flags.ts';

export default class RoleAdd extends ResourceCommand {
  static override summary = 'Give a user a role on a project, a domain or the system.';
  static override description =
    'A repeat changes nothing. It is no change of the role, the user or the project: those may be immutable.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> member --user alice --project web',
    '<%= config.bin %> <%= command.id %> admin --user alice --system all',
    '<%= config.bin %> <%= command.id %> reader --user alice --domain customers --inherited',
  ];
  static override args = oneArg('role');
  static override flags = { ...settingsFlags, ...grantFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RoleAdd);
    const request = grantRequest(args['role']!, flags);
    await this.changeIdentity(flags, ({ grants, actor }) => grants.add(request, actor));
  }
}
