import { settingsFlags } from '../../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { formatFlags } from '../../../cli/flags/format-flags.ts';
import { ListOutput } from '../../../cli/output/outputs.ts';
import type { RoleLink } from '../../../rules/identity/implied-roles.ts';

export type ImpliedRoleListRow = {
  'Prior Role ID': string;
  'Prior Role Name': string;
  'Implied Role ID': string;
  'Implied Role Name': string;
};

export default class ImpliedRoleList extends ResourceCommand {
  static override summary = 'List which role implies which.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f csv',
  ];
  static override output = new ListOutput<RoleLink, ImpliedRoleListRow>({
    'Prior Role ID': ({ prior }) => prior.id,
    'Prior Role Name': ({ prior }) => prior.name,
    'Implied Role ID': ({ implied }) => implied.id,
    'Implied Role Name': ({ implied }) => implied.name,
  });
  static override flags = { ...settingsFlags, ...formatFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ImpliedRoleList);
    ImpliedRoleList.output.assertColumns(flags);
    const links = await this.readIdentity(flags, ({ impliedRoles }) => impliedRoles.list());
    await ImpliedRoleList.output.print(links, flags);
  }
}
