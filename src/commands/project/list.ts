import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  domainFlag,
  enabledFilterFlags,
  listFlags,
  longFlag,
  LIST_DESCRIPTION,
  projectFilterFlags,
} from '../../cli/flags/resource-flags.ts';
import { ResourceList } from '../../cli/output/resource-views.ts';

export default class ProjectList extends ResourceCommand {
  static override summary = 'List projects.';
  static override description = LIST_DESCRIPTION;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --immutable',
    '<%= config.bin %> <%= command.id %> --user alice',
    '<%= config.bin %> <%= command.id %> -f csv -c ID -c Name',
    '<%= config.bin %> <%= command.id %> --limit 20 --marker ID',
  ];
  static override output = new ResourceList('project');
  static override flags = {
    ...settingsFlags,
    ...listFlags,
    ...domainFlag,
    ...enabledFilterFlags,
    ...longFlag,
    ...projectFilterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ProjectList);
    await this.listResources(ProjectList.output, flags);
  }
}
