import { settingsFlags } from '../../../cli/engine-command.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { assertColumns, formatFlags, printList } from '../../../cli/output/formats.ts';

const COLUMNS = ['Prior Role ID', 'Prior Role Name', 'Implied Role ID', 'Implied Role Name'];

export default class ImpliedRoleList extends ResourceCommand {
  static override summary = 'List which role implies which.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f csv',
  ];
  static override flags = { ...settingsFlags, ...formatFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ImpliedRoleList);
    assertColumns(COLUMNS, flags);
    const links = await this.withSession(flags, ({ impliedRoles }) => impliedRoles.list(), {
      writes: false,
    });
    const rows = links.map(({ prior, implied }) => ({
      'Prior Role ID': prior.id,
      'Prior Role Name': prior.name,
      'Implied Role ID': implied.id,
      'Implied Role Name': implied.name,
    }));
    await printList(rows, COLUMNS, flags);
  }
}
