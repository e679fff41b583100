import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { domainFlag, namesOf, oneArg } from '../../cli/flags/resource-flags.ts';

export default class RoleDelete extends ResourceCommand {
  static override summary = 'Delete one role or several.';
  static override description =
    'With its grants and what it implies, in one transaction. Refused if it is immutable, or if an immutable role implies it.';
  static override examples = ['<%= config.bin %> <%= command.id %> observer auditor'];
  static override strict = false;
  static override args = oneArg('role');
  static override flags = {
    ...settingsFlags,
    ...domainFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(RoleDelete);
    await this.deleteResources('role', namesOf(argv, 'role'), flags);
  }
}
