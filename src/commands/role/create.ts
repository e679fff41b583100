import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import {
  descriptionFlag,
  domainFlag,
  immutableFlags,
  newArg,
  orShowFlag,
} from '../../cli/flags/resource-flags.ts';
import { createdResource } from '../../cli/output/resource-views.ts';

export default class RoleCreate extends ResourceCommand {
  static override summary = 'Create a role.';
  static override description = 'Without --domain it is a global role. Prints it as `show` does.';
  static override examples = [
    "<%= config.bin %> <%= command.id %> observer --description 'May look, not touch'",
    '<%= config.bin %> <%= command.id %> auditor --immutable',
  ];
  static override output = createdResource('role');
  static override args = newArg;
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    ...descriptionFlag,
    ...domainFlag,
    ...immutableFlags,
    ...orShowFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RoleCreate);
    await this.createResource(RoleCreate.output, args.name, flags);
  }
}
