import { settingsFlags } from '../../engine/engine-command.ts';
import { ResourceCommand } from '../../engine/resource-command.ts';
import { recordFormatFlags } from '../../output/formats.ts';
import { oneArg } from '../../output/resource-flags.ts';

export default class DomainShow extends ResourceCommand {
  static override summary = 'Show a domain, its options, and who made it immutable, and when.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> Default',
    '<%= config.bin %> <%= command.id %> Default -f json',
  ];
  static override args = oneArg('domain');
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DomainShow);
    await this.showResource('domain', args['domain']!, flags);
  }
}
