import { ComputeCommand, deadlineFlag } from '../../cli/compute-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { serverArg } from '../../cli/flags/server-flags.ts';
import { novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { serverRecord, shownServer } from '../../cli/output/server-record.ts';

export default class ServerShow extends ComputeCommand {
  static override summary = 'Show a server, its cell, and what was asked of it last.';
  static override description =
    'The fields are those that Nova tells an admin. A deleted server is found by its ID only. A name is looked for in all ' +
    'cells, each of which must answer (else exit code 69); by its ID a server is found as long as its own cell answers.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web-1',
    '<%= config.bin %> <%= command.id %> 5d6b4e8a-0f3c-4f0e-9a55-2f4a8ad8d5b1 -f json',
  ];
  static override output = shownServer;
  static override args = serverArg;
  static override flags = { ...novaSettingsFlags, ...recordFormatFlags, ...deadlineFlag(8) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServerShow);
    shownServer.assertColumns(flags);
    const view = await this.askCompute(flags, ({ serverViewer }, deadlineMs) =>
      serverViewer.show(args.server, deadlineMs),
    );
    if (view.server.isDeleted) this.announce(`Note: the server ${view.server.uuid} was deleted.`);
    await shownServer.print(serverRecord(view), flags);
  }
}
