import { Flags } from '@oclif/core';
import { settingsFlags } from '../../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { oneArg } from '../../../cli/flags/resource-flags.ts';

export default class ImpliedRoleDelete extends ResourceCommand {
  static override summary = 'Let a role no longer imply another one.';
  static override description =
    'Refused where the first role is immutable: what it implies is part of what it means.';
  static override examples = ['<%= config.bin %> <%= command.id %> operator --implied-role reader'];
  static override args = oneArg('role');
  static override flags = {
    ...settingsFlags,
    'implied-role': Flags.string({ required: true, description: 'the role that is implied (name or ID)' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ImpliedRoleDelete);
    await this.changeIdentity(flags, ({ impliedRoles, actor }) =>
      impliedRoles.delete({ nameOrId: args['role']! }, { nameOrId: flags['implied-role'] }, actor),
    );
  }
}
