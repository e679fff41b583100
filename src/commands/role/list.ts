import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  domainFlag,
  listFlags,
  longFlag,
  LIST_DESCRIPTION,
  roleFilterFlags,
} from '../../cli/flags/resource-flags.ts';
import { ResourceList } from '../../cli/output/resource-views.ts';

export default class RoleList extends ResourceCommand {
  static override summary = 'List the global roles, or those of a domain.';
  static override description = LIST_DESCRIPTION;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --immutable',
    '<%= config.bin %> <%= command.id %> -f csv -c ID -c Name',
    '<%= config.bin %> <%= command.id %> --limit 20 --marker ID',
  ];
  static override output = new ResourceList('role');
  static override flags = {
    ...settingsFlags,
    ...listFlags,
    ...domainFlag,
    ...longFlag,
    ...roleFilterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RoleList);
    await this.listResources(RoleList.output, flags);
  }
}
