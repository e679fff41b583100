import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  domainFlag,
  enabledFilterFlags,
  listFlags,
  longFlag,
  LIST_DESCRIPTION,
  userFilterFlags,
} from '../../cli/flags/resource-flags.ts';
import { ResourceList } from '../../cli/output/resource-views.ts';

export default class UserList extends ResourceCommand {
  static override summary = 'List users.';
  static override description = LIST_DESCRIPTION;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --immutable',
    '<%= config.bin %> <%= command.id %> -f csv -c ID -c Name',
    '<%= config.bin %> <%= command.id %> --limit 20 --marker ID',
  ];
  static override output = new ResourceList('user');
  static override flags = {
    ...settingsFlags,
    ...listFlags,
    ...domainFlag,
    ...enabledFilterFlags,
    ...longFlag,
    ...userFilterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(UserList);
    await this.listResources(UserList.output, flags);
  }
}
