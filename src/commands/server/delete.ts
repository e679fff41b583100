import { namesOf } from '../../cli/flags/resource-flags.ts';
import { serverArg } from '../../cli/flags/server-flags.ts';
import { serverChangeFlags, ServerCommand } from '../../cli/server-command.ts';

export default class ServerDelete extends ServerCommand {
  static override summary = 'Delete servers that are on hosts of keyward.';
  static override description =
    'Each is deleted by a run: its disk and config drive first, then its rows, as Nova does. A server that another run ' +
    'works on is refused, naming that run; one that is on a host of Nova is refused, naming the client that deletes it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web1',
    '<%= config.bin %> <%= command.id %> web1 5d6b4e8a-0f3c-4f0e-9a55-2f4a8ad8d5b1 --no-wait',
  ];
  static override args = serverArg;
  static override strict = false;
  static override flags = serverChangeFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ServerDelete);
    const names = namesOf(argv, 'server');
    await this.changeServers(flags, (change) =>
      this.doEach({ kind: 'server', names, done: 'deleted' }, (name) =>
        this.deleteServer(change, flags, name),
      ),
    );
  }
}
