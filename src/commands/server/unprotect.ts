import { namesOf } from '../../cli/flags/resource-flags.ts';
import { serverArg } from '../../cli/flags/server-flags.ts';
import { ProtectCommand } from '../../cli/protect-command.ts';
import { serverChangeFlags } from '../../cli/server-command.ts';

export default class ServerUnprotect extends ProtectCommand {
  static override summary = 'Let servers be deleted again that were protected.';
  static override description =
    'It takes disable_terminate off, whoever has set it. A server that is not protected stays as it is.';
  static override examples = ['<%= config.bin %> <%= command.id %> db1'];
  static override args = serverArg;
  static override strict = false;
  static override flags = serverChangeFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ServerUnprotect);
    const names = namesOf(argv, 'server');
    await this.changeServers(flags, (change) =>
      this.doEach({ kind: 'server', names, done: 'unprotected' }, (name) =>
        this.protectServer(change, flags, name, null),
      ),
    );
  }
}
