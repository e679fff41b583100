import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { domainFlag, namesOf, oneArg } from '../../cli/flags/resource-flags.ts';

export default class UserDelete extends ResourceCommand {
  static override summary = 'Delete one user or several.';
  static override description =
    'With its grants, passwords and credentials, in one transaction; its tokens are refused from then on.';
  static override examples = ['<%= config.bin %> <%= command.id %> alice bob --domain staff'];
  static override strict = false;
  static override args = oneArg('user');
  static override flags = {
    ...settingsFlags,
    ...domainFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UserDelete);
    await this.deleteResources('user', namesOf(argv, 'user'), flags);
  }
}
