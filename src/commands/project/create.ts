import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import {
  descriptionFlag,
  domainFlag,
  enableFlags,
  immutableFlags,
  newArg,
  orShowFlag,
  parentFlag,
  projectFlags,
} from '../../cli/flags/resource-flags.ts';
import { createdResource } from '../../cli/output/resource-views.ts';

export default class ProjectCreate extends ResourceCommand {
  static override summary = 'Create a project.';
  static override description =
    'Without --domain it is made in the default domain, or in that of its --parent.';
  static override examples = [
    "<%= config.bin %> <%= command.id %> web --description 'The web shop' --tag prod --property cost-center=42",
    '<%= config.bin %> <%= command.id %> web-test --parent web --or-show',
  ];
  static override output = createdResource('project');
  static override args = newArg;
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    ...descriptionFlag,
    ...domainFlag,
    ...enableFlags,
    ...immutableFlags,
    ...projectFlags,
    ...orShowFlag,
    ...parentFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ProjectCreate);
    await this.createResource(ProjectCreate.output, args.name, flags);
  }
}
