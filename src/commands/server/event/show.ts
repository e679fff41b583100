import { Args } from '@oclif/core';
import { ComputeCommand, deadlineFlag } from '../../../cli/compute-command.ts';
import { recordFormatFlags } from '../../../cli/flags/format-flags.ts';
import { serverArg } from '../../../cli/flags/server-flags.ts';
import { novaSettingsFlags } from '../../../cli/flags/settings-flags.ts';
import { serverEventRecord, shownServerEvent } from '../../../cli/output/server-event-views.ts';

export default class ServerEventShow extends ComputeCommand {
  static override summary = 'Show what a request asked of a server, and each of its steps.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web-1 req-2eb46985-2786-4cd6-b29e-4f7f42b12047',
    '<%= config.bin %> <%= command.id %> web-1 req-2eb46985-2786-4cd6-b29e-4f7f42b12047 -f json',
  ];
  static override output = shownServerEvent;
  static override args = {
    ...serverArg,
    'request-id': Args.string({ ignoreStdin: true, required: true, description: 'the ID of the request' }),
  };
  static override flags = { ...novaSettingsFlags, ...recordFormatFlags, ...deadlineFlag(8) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServerEventShow);
    shownServerEvent.assertColumns(flags);
    const action = await this.askCompute(flags, ({ serverEvents }, deadlineMs) =>
      serverEvents.show(args.server, args['request-id'], deadlineMs),
    );
    await shownServerEvent.print(serverEventRecord(action), flags);
  }
}
