import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { cascadeFlag, domainFlag, namesOf, oneArg } from '../../cli/flags/resource-flags.ts';

export default class ProjectDelete extends ResourceCommand {
  static override summary = 'Delete one project or several.';
  static override description =
    'With its grants, tags and limits, in one transaction. Refused while there are projects below it, unless --cascade; and if anything that would go is immutable, which is then named.';
  static override examples = ['<%= config.bin %> <%= command.id %> web --cascade'];
  static override strict = false;
  static override args = oneArg('project');
  static override flags = {
    ...settingsFlags,
    ...domainFlag,
    ...cascadeFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ProjectDelete);
    await this.deleteResources('project', namesOf(argv, 'project'), flags);
  }
}
