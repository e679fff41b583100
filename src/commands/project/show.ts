import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { domainFlag, familyFlags, oneArg } from '../../cli/flags/resource-flags.ts';
import { shownResource } from '../../cli/output/resource-views.ts';

export default class ProjectShow extends ResourceCommand {
  static override summary = 'Show a project, its options, and who made it immutable, and when.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web',
    '<%= config.bin %> <%= command.id %> web -f json',
  ];
  static override output = shownResource('project', ['parents', 'subtree']);
  static override args = oneArg('project');
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    ...domainFlag,
    ...familyFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ProjectShow);
    await this.showResource(ProjectShow.output, args['project']!, flags);
  }
}
