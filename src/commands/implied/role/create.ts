import { Flags } from '@oclif/core';
import { settingsFlags } from '../../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { recordFormatFlags } from '../../../cli/flags/format-flags.ts';
import { RecordOutput } from '../../../cli/output/outputs.ts';
import { oneArg } from '../../../cli/flags/resource-flags.ts';

/** The IDs of both roles. */
export type ImpliedRoleRecord = { implies: string; prior_role: string };

export default class ImpliedRoleCreate extends ResourceCommand {
  static override summary = 'Let whoever has a role have another one too.';
  static override description =
    'Refused where the first role is immutable, where a role would imply itself, and for admin as the implied role.';
  static override examples = ['<%= config.bin %> <%= command.id %> operator --implied-role reader'];
  static override output = new RecordOutput<ImpliedRoleRecord>(['implies', 'prior_role']);
  static override args = oneArg('role');
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    'implied-role': Flags.string({ required: true, description: 'the role that is implied (name or ID)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ImpliedRoleCreate);
    ImpliedRoleCreate.output.assertColumns(flags);
    const { prior, implied } = await this.changeIdentity(flags, ({ impliedRoles, actor }) =>
      impliedRoles.create({ nameOrId: args['role']! }, { nameOrId: flags['implied-role'] }, actor),
    );
    await ImpliedRoleCreate.output.print({ implies: implied.id, prior_role: prior.id }, flags);
  }
}
