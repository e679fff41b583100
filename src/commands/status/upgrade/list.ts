import { BaseCommand } from '../../../cli/base-command.ts';
import { formatFlags, printList } from '../../../cli/output/formats.ts';

export default class StatusUpgradeList extends BaseCommand {
  static override summary = 'List the upgrade checks and what mends each, without running them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f value -c ID',
  ];
  static override flags = { ...formatFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(StatusUpgradeList);
    const { describeChecks } = await import('../../../checks/registry.ts');
    const checks = await describeChecks('keystone');
    const rows = checks.map(({ id, title, needs, remedy }) => ({
      ID: id,
      Check: title,
      Needs: needs.join(', '),
      Remedy: remedy,
    }));
    await printList(rows, ['ID', 'Check', 'Needs', 'Remedy'], flags);
  }
}
