import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  descriptionFlag,
  domainFlag,
  enableFlags,
  immutableFlags,
  nameFlag,
  namesOf,
  oneArg,
  projectFlags,
  tagRemovalFlags,
} from '../../cli/flags/resource-flags.ts';

export default class ProjectSet extends ResourceCommand {
  static override summary = 'Change one project or several.';
  static override description =
    'An immutable project accepts --no-immutable, alone, and nothing else. Of several, each is tried; exit 1 if any failed.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --tag prod --property cost-center=42',
    '<%= config.bin %> <%= command.id %> --immutable web shop',
    '<%= config.bin %> <%= command.id %> web --clear-tags --tag test',
  ];
  static override strict = false;
  static override args = oneArg('project');
  static override flags = {
    ...settingsFlags,
    ...nameFlag,
    ...descriptionFlag,
    ...domainFlag,
    ...enableFlags,
    ...immutableFlags,
    ...projectFlags,
    ...tagRemovalFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ProjectSet);
    await this.setResources('project', namesOf(argv, 'project'), flags);
  }
}
