import { namesOf } from '../../cli/flags/resource-flags.ts';
import { serverArg } from '../../cli/flags/server-flags.ts';
import {
  lockOf,
  type ServerChange,
  type ServerChangeFlags,
  serverChangeFlags,
  ServerCommand,
} from '../../cli/server-command.ts';

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
      this.doEach({ kind: 'server', names, done: 'deleted' }, (name) => this.#delete(change, flags, name)),
    );
  }

  async #delete(change: ServerChange, flags: ServerChangeFlags, name: string): Promise<void> {
    const { services } = change;
    const place = await services.serverFinder.find(name);
    const host = await services.serverDeletion.assertOurs(place);
    const request = { ...(await this.requestFor(change, place.uuid)), cell: place.cell.uuid, host };
    const { settlingOfDelete } = await import('../../engine/settle-server.ts');
    await this.followServer(change, flags, {
      workflowId: lockOf(request),
      title: `server delete ${name}`,
      settling: settlingOfDelete(services, request),
      start: (runs, options) => runs.run('serverDelete', request, { ...options, onConflict: 'refuse' }),
    });
  }
}
