import { Flags } from '@oclif/core';
import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  domainFlag,
  enabledFilterFlags,
  listFlags,
  longFlag,
  LIST_DESCRIPTION,
} from '../../cli/flags/resource-flags.ts';
import { ResourceList } from '../../cli/output/resource-views.ts';

export default class ProjectList extends ResourceCommand {
  static override summary = 'List projects.';
  static override description = LIST_DESCRIPTION;
  static override examples = [
    '<%= config.bin %> <%= command.id %> --immutable',
    '<%= config.bin %> <%= command.id %> --user alice',
    '<%= config.bin %> <%= command.id %> -f csv -c ID -c Name',
    '<%= config.bin %> <%= command.id %> --limit 20 --marker ID',
  ];
  static override output = new ResourceList('project');
  static override flags = {
    ...settingsFlags,
    ...listFlags,
    ...domainFlag,
    ...enabledFilterFlags,
    ...longFlag,
    parent: Flags.string({ description: 'only those right below this project or domain (name or ID)' }),
    user: Flags.string({
      description:
        'only those that this user has a role on, disabled ones too (name or ID; a name is looked up in --domain)',
    }),
    tags: Flags.string({ description: 'only those that have all of these tags, separated by commas' }),
    'tags-any': Flags.string({ description: 'only those that have any of these tags' }),
    'not-tags': Flags.string({ description: 'only those that lack at least one of these tags' }),
    'not-tags-any': Flags.string({ description: 'only those that have none of these tags' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ProjectList);
    await this.listResources(ProjectList.output, flags);
  }
}
