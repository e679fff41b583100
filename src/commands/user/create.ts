import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../cli/identity-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import {
  descriptionFlag,
  domainFlag,
  enableFlags,
  IMMUTABLE_USER_NOTE,
  immutableFlags,
  newArg,
  orShowFlag,
  passwordFlags,
  userFlags,
} from '../../cli/flags/resource-flags.ts';
import { userOptionFlags } from '../../cli/flags/user-option-flags.ts';
import { readPassword } from '../../cli/prompts/user-password.ts';
import { createdResource } from '../../cli/output/resource-views.ts';
import type { Resource } from '../../rules/identity/resource.ts';

export default class UserCreate extends ResourceCommand {
  static override summary = 'Create a user.';
  static override description =
    "Without --domain it is made in the default domain; without a password it can't log in by one.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice --email alice@example.org --password-prompt',
    'pass show bob | <%= config.bin %> <%= command.id %> bob --project web --password-stdin',
  ];
  static override output = createdResource('user');
  static override args = newArg;
  static override flags = {
    ...settingsFlags,
    ...recordFormatFlags,
    ...descriptionFlag,
    ...domainFlag,
    ...enableFlags,
    ...immutableFlags,
    ...orShowFlag,
    ...passwordFlags,
    ...userFlags,
    ...userOptionFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserCreate);
    const password = await readPassword(flags, `the new user ${args.name}`, this.announce);
    const noteOf = ({ options }: Resource) => (options.immutable ? IMMUTABLE_USER_NOTE : null);
    await this.createResource(UserCreate.output, args.name, flags, { password, noteOf });
  }
}
