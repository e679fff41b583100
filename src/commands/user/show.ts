import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { domainFlag, oneArg } from '../../cli/flags/resource-flags.ts';
import { shownResource } from '../../cli/output/resource-views.ts';

export default class UserShow extends ResourceCommand {
  static override summary = 'Show a user, its options, and who made it immutable, and when.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    '<%= config.bin %> <%= command.id %> alice -f json',
  ];
  static override output = shownResource('user');
  static override args = oneArg('user');
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    ...domainFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserShow);
    await this.showResource(UserShow.output, args['user']!, flags);
  }
}
