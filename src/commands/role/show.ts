import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { domainFlag, oneArg } from '../../cli/flags/resource-flags.ts';
import { shownResource } from '../../cli/output/resource-views.ts';

export default class RoleShow extends ResourceCommand {
  static override summary = 'Show a role, its options, and who made it immutable, and when.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> admin',
    '<%= config.bin %> <%= command.id %> admin -f json',
  ];
  static override output = shownResource('role');
  static override args = oneArg('role');
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    ...domainFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RoleShow);
    await this.showResource(RoleShow.output, args['role']!, flags);
  }
}
