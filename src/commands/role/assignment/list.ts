import { Flags } from '@oclif/core';
import { settingsFlags } from '../../../engine/engine-command.ts';
import { ResourceCommand } from '../../../engine/resource-command.ts';
import { assertColumns, formatFlags, printList } from '../../../output/formats.ts';
import { grantFlags, grantRefs, refOf } from '../../../output/grant-flags.ts';

const COLUMNS = ['Role', 'User', 'Group', 'Project', 'Domain', 'System', 'Inherited'];

export default class RoleAssignmentList extends ResourceCommand {
  static override summary = 'List who has which role on what, as it was granted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --names',
    '<%= config.bin %> <%= command.id %> --user alice --names -f json',
    '<%= config.bin %> <%= command.id %> --role admin --system all',
  ];
  static override flags = {
    ...settingsFlags,
    ...formatFlags,
    ...grantFlags,
    role: Flags.string({ description: 'only of this role (name or ID)' }),
    names: Flags.boolean({ description: 'show names instead of IDs, as name@domain' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RoleAssignmentList);
    assertColumns(COLUMNS, flags);
    const filter = {
      ...grantRefs(flags),
      role: refOf(flags.role, flags['role-domain']),
      inherited: flags.inherited ?? false,
    };
    const rows = await this.withSession(flags, ({ assignments }) => assignments.list(filter), {
      writes: false,
    });
    const named = rows.map(({ names, roleId, userId, groupId, projectId, domainId, system, inherited }) => {
      const [role, user, group, project, domain] = flags.names
        ? [names.role, names.user, names.group, names.project, names.domain]
        : [roleId, userId, groupId, projectId, domainId];
      const cells = [role, user, group, project, domain, system].map((cell) => cell ?? '');
      return Object.fromEntries(COLUMNS.map((column, at) => [column, at < 6 ? cells[at] : inherited]));
    });
    await printList(named, COLUMNS, flags);
  }
}
