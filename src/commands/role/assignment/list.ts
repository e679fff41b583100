import { Flags } from '@oclif/core';
import { settingsFlags } from '../../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { formatFlags } from '../../../cli/flags/format-flags.ts';
import { ListOutput } from '../../../cli/output/outputs.ts';
import { grantFlags, grantRefs, refOf } from '../../../cli/flags/grant-flags.ts';
import { printPages } from '../../../cli/output/pages.ts';
import { limitFlag } from '../../../cli/flags/resource-flags.ts';
import type { StoredAssignment } from '../../../services/identity/grant-service.ts';

/** IDs, or with --names names as name@domain; what does not apply is an empty text, as in openstackclient. */
export type RoleAssignmentListRow = {
  Role: string;
  User: string;
  Group: string;
  Project: string;
  Domain: string;
  System: string;
  Inherited: boolean;
};

type Shown = { role: string; actor: string; target: string };
const ids = ({ roleId, actorId, targetId }: StoredAssignment): Shown => ({
  role: roleId,
  actor: actorId,
  target: targetId,
});
/** What has been deleted behind Keystone's back has no name; its ID is shown then. */
const names = (stored: StoredAssignment): Shown => ({
  role: stored.role ?? stored.roleId,
  actor: stored.actor ?? stored.actorId,
  target: stored.target ?? stored.targetId,
});

/** `type` is such as UserProject: whose role it is, then what it is on. */
const outputOf = (shown: (stored: StoredAssignment) => Shown) =>
  new ListOutput<StoredAssignment, RoleAssignmentListRow>({
    Role: (stored) => shown(stored).role,
    User: (stored) => (stored.type.startsWith('User') ? shown(stored).actor : ''),
    Group: (stored) => (stored.type.startsWith('Group') ? shown(stored).actor : ''),
    Project: (stored) => (stored.type.endsWith('Project') ? shown(stored).target : ''),
    Domain: (stored) => (stored.type.endsWith('Domain') ? shown(stored).target : ''),
    System: ({ type }) => (type.endsWith('System') ? 'all' : ''),
    Inherited: ({ inherited }) => inherited,
  });

export default class RoleAssignmentList extends ResourceCommand {
  static override summary = 'List who has which role on what, as it was granted.';
  static override description =
    'A table shows one page; csv, value, json and yaml give all, however many there are.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --names',
    '<%= config.bin %> <%= command.id %> --user alice --names -f json',
    '<%= config.bin %> <%= command.id %> --role admin --system all',
  ];
  static override output = outputOf(ids);
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
    RoleAssignmentList.output.assertColumns(flags);
    const filter = {
      ...grantRefs(flags),
      role: refOf(flags.role, flags['role-domain']),
      inherited: flags.inherited ?? false,
    };
    const output = flags.names ? outputOf(names) : RoleAssignmentList.output;
    await this.readIdentity(flags, ({ grants }) =>
      printPages((limit) => grants.list({ ...filter, limit }), output, flags, {
        announce: this.announce,
      }),
    );
  }
}
