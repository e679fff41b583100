import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import {
  descriptionFlag,
  enableFlags,
  immutableFlags,
  newArg,
  orShowFlag,
} from '../../cli/flags/resource-flags.ts';
import { createdResource } from '../../cli/output/resource-views.ts';

export default class DomainCreate extends ResourceCommand {
  static override summary = 'Create a domain.';
  static override examples = [
    "<%= config.bin %> <%= command.id %> customers --description 'Paying ones'",
    '<%= config.bin %> <%= command.id %> staff --immutable --or-show',
  ];
  static override output = createdResource('domain');
  static override args = newArg;
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    ...descriptionFlag,
    ...enableFlags,
    ...immutableFlags,
    ...orShowFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DomainCreate);
    await this.createResource(DomainCreate.output, args.name, flags);
  }
}
