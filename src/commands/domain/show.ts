import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { oneArg } from '../../cli/flags/resource-flags.ts';
import { shownResource } from '../../cli/output/resource-views.ts';

export default class DomainShow extends ResourceCommand {
  static override summary = 'Show a domain, its options, and who made it immutable, and when.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> Default',
    '<%= config.bin %> <%= command.id %> Default -f json',
  ];
  static override output = shownResource('domain');
  static override args = oneArg('domain');
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DomainShow);
    await this.showResource(DomainShow.output, args['domain']!, flags);
  }
}
