import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { enabledFilterFlags, listFlags, longFlag, LIST_DESCRIPTION } from '../../cli/flags/resource-flags.ts';
import { ResourceList } from '../../cli/output/resource-views.ts';

export default class DomainList extends ResourceCommand {
  static override summary = 'List domains.';
  static override description = LIST_DESCRIPTION;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --immutable',
    '<%= config.bin %> <%= command.id %> -f csv -c ID -c Name',
    '<%= config.bin %> <%= command.id %> --limit 20 --marker ID',
  ];
  static override output = new ResourceList('domain');
  static override flags = {
    ...settingsFlags,
    ...listFlags,
    ...enabledFilterFlags,
    ...longFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DomainList);
    await this.listResources(DomainList.output, flags);
  }
}
