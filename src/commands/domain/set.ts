import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  descriptionFlag,
  enableFlags,
  immutableFlags,
  nameFlag,
  namesOf,
  oneArg,
} from '../../cli/flags/resource-flags.ts';

export default class DomainSet extends ResourceCommand {
  static override summary = 'Change one domain or several.';
  static override description =
    'An immutable domain accepts --no-immutable, alone, and nothing else. Of several, each is tried; exit 1 if any failed.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> customers --disable',
    '<%= config.bin %> <%= command.id %> --immutable Default',
  ];
  static override strict = false;
  static override args = oneArg('domain');
  static override flags = {
    ...settingsFlags,
    ...nameFlag,
    ...descriptionFlag,
    ...enableFlags,
    ...immutableFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(DomainSet);
    await this.setResources('domain', namesOf(argv, 'domain'), flags);
  }
}
