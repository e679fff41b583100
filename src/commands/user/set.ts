import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import {
  descriptionFlag,
  domainFlag,
  enableFlags,
  IMMUTABLE_USER_NOTE,
  immutableFlags,
  nameFlag,
  namesOf,
  oneArg,
  passwordFlags,
  userFlags,
} from '../../cli/flags/resource-flags.ts';
import { userOptionFlags } from '../../cli/flags/user-option-flags.ts';
import { readPassword } from '../../cli/prompts/user-password.ts';

export default class UserSet extends ResourceCommand {
  static override summary = 'Change one user or several.';
  static override description =
    'Disabling a user, or a new password, makes Keystone refuse the tokens it has. An immutable user accepts --no-immutable, alone, and nothing else; Keystone itself has no such flag for users, so its own API still changes them. Of several users, each is tried; exit 1 if any failed.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice --disable',
    '<%= config.bin %> <%= command.id %> --immutable admin nova neutron',
    '<%= config.bin %> <%= command.id %> alice --project web --email alice@example.org',
  ];
  static override strict = false;
  static override args = oneArg('user');
  static override flags = {
    ...settingsFlags,
    ...nameFlag,
    ...descriptionFlag,
    ...domainFlag,
    ...enableFlags,
    ...immutableFlags,
    ...passwordFlags,
    ...userFlags,
    ...userOptionFlags,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(UserSet);
    const names = namesOf(argv, 'user');
    const password = await readPassword(flags, `the user ${names.join(', ')}`, this.announce);
    const note = flags.immutable ? IMMUTABLE_USER_NOTE : undefined;
    await this.setResources('user', names, flags, { password, note });
  }
}
