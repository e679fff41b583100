import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  descriptionFlag,
  domainFlag,
  immutableFlags,
  nameFlag,
  namesOf,
  oneArg,
} from '../../cli/flags/resource-flags.ts';

export default class RoleSet extends ResourceCommand {
  static override summary = 'Change one role or several.';
  static override description =
    'An immutable role accepts --no-immutable, alone, and nothing else. Of several, each is tried; exit 1 if any failed.';
  static override examples = [
    "<%= config.bin %> <%= command.id %> observer --description 'Looks only'",
    '<%= config.bin %> <%= command.id %> --immutable admin manager member reader',
    '<%= config.bin %> <%= command.id %> --no-immutable observer',
  ];
  static override strict = false;
  static override args = oneArg('role');
  static override flags = {
    ...settingsFlags,
    ...nameFlag,
    ...descriptionFlag,
    ...domainFlag,
    ...immutableFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(RoleSet);
    await this.setResources('role', namesOf(argv, 'role'), flags);
  }
}
