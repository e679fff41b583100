import { Flags } from '@oclif/core';
import { settingsFlags } from '../../../cli/engine-command.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { assertColumns, formatFlags, type Row } from '../../../cli/output/formats.ts';
import { grantFlags, grantRefs, refOf } from '../../../cli/flags/grant-flags.ts';
import { printPages } from '../../../cli/output/pages.ts';
import { limitFlag } from '../../../cli/flags/resource-flags.ts';
import type { StoredAssignment } from '../../../services/identity/grant-service.ts';

const COLUMNS = ['Role', 'User', 'Group', 'Project', 'Domain', 'System', 'Inherited'];

export default class RoleAssignmentList extends ResourceCommand {
  static override summary = 'List who has which role on what, as it was granted.';
  static override description =
    'A table shows one page; csv, value, json and yaml give all, however many there are.';
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
    ...limitFlag,
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
    const view = { headings: COLUMNS, row: flags.names ? namedRow : row };
    await this.withSession(
      flags,
      ({ grants }) => printPages((limit) => grants.list({ ...filter, limit }), view, flags, this.announce),
      { writes: false },
    );
  }
}

const row = ({ type, actorId, targetId, roleId, inherited }: StoredAssignment): Row => ({
  Role: roleId,
  ...ends(type, actorId, targetId),
  Inherited: inherited,
});

/** What has been deleted behind Keystone's back has no name; its ID is shown then. */
const namedRow = (assignment: StoredAssignment): Row => ({
  ...row(assignment),
  Role: assignment.role ?? assignment.roleId,
  ...ends(assignment.type, assignment.actor ?? assignment.actorId, assignment.target ?? assignment.targetId),
});

/** What does not apply is an empty cell, as in openstackclient. */
const ends = (type: string, actor: string, target: string): Row => ({
  User: type.startsWith('User') ? actor : '',
  Group: type.startsWith('Group') ? actor : '',
  Project: type.endsWith('Project') ? target : '',
  Domain: type.endsWith('Domain') ? target : '',
  System: type.endsWith('System') ? 'all' : '',
});
