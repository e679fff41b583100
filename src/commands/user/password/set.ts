import { settingsFlags } from '../../../cli/flags/settings-flags.ts';
import { ResourceCommand } from '../../../cli/identity-command.ts';
import { domainFlag, oneArg, passwordFlags } from '../../../cli/flags/resource-flags.ts';
import { readPassword } from '../../../cli/prompts/user-password.ts';

export default class UserPasswordSet extends ResourceCommand {
  static override summary = 'Give a user a new password.';
  static override description =
    'Asks for it on a terminal unless a flag says where it is. Keystone refuses the tokens that the user has.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> alice',
    'pass show alice | <%= config.bin %> <%= command.id %> alice --password-stdin',
  ];
  static override args = oneArg('user');
  static override flags = { ...settingsFlags, ...domainFlag, ...passwordFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UserPasswordSet);
    const user = args['user']!;
    const isAsked = flags.password === undefined && !flags['password-file'] && !flags['password-stdin'];
    // Nobody should type a password, twice, for a user who is not there.
    if (isAsked && process.stdin.isTTY) {
      const ref = { nameOrId: user, domain: flags.domain };
      await this.withIdentity(flags, ({ resources }) => resources.get('user', ref));
    }
    const asked = { ...flags, 'password-prompt': isAsked };
    const password = await readPassword(asked, `the user ${user}`, this.announce);
    await this.setResources('user', [user], flags, { password });
  }
}
