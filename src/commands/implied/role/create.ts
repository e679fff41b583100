import { Flags } from '@oclif/core';
import { settingsFlags } from '../../../cli/engine-command.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { assertColumns, recordFormatFlags, printRecord } from '../../../cli/output/formats.ts';
import { oneArg } from '../../../cli/flags/resource-flags.ts';

export default class ImpliedRoleCreate extends ResourceCommand {
  static override summary = 'Let whoever has a role have another one too.';
  static override description =
    'Refused where the first role is immutable, where a role would imply itself, and for admin as the implied role.';
  static override examples = ['<%= config.bin %> <%= command.id %> operator --implied-role reader'];
  static override args = oneArg('role');
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    'implied-role': Flags.string({ required: true, description: 'the role that is implied (name or ID)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ImpliedRoleCreate);
    assertColumns(['implies', 'prior_role'], flags);
    const { prior, implied } = await this.withSession(flags, ({ impliedRoles, actor }) =>
      impliedRoles.create({ nameOrId: args['role']! }, { nameOrId: flags['implied-role'] }, actor),
    );
    await printRecord({ implies: implied.id, prior_role: prior.id }, flags);
  }
}
