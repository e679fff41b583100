import { settingsFlags } from '../../engine/engine-command.ts';
import { ResourceCommand } from '../../engine/resource-command.ts';
import { enabledFilterFlags, listFlags } from '../../output/resource-flags.ts';

export default class DomainList extends ResourceCommand {
  static override summary = 'List domains.';
  static override description =
    'In the order of their IDs. A table shows one page; csv, value, json and yaml give all, however many there are.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --immutable',
    '<%= config.bin %> <%= command.id %> -f csv -c ID -c Name',
    '<%= config.bin %> <%= command.id %> --limit 20 --marker ID',
  ];
  static override flags = {
    ...settingsFlags,
    ...listFlags,
    ...enabledFilterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DomainList);
    await this.listResources('domain', flags);
  }
}
