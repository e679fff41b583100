import { Flags } from '@oclif/core';
import { namesOf } from '../../cli/flags/resource-flags.ts';
import { serverArg } from '../../cli/flags/server-flags.ts';
import { ProtectCommand } from '../../cli/protect-command.ts';
import { serverChangeFlags } from '../../cli/server-command.ts';
import { assertReason } from '../../rules/compute/lock-request.ts';

export default class ServerProtect extends ProtectCommand {
  static override summary = 'Protect servers against their deletion, also by admins.';
  static override description =
    'It sets disable_terminate, which every Nova honours and no API can set or show. Nova then answers a DELETE as if it had ' +
    'worked (204; forceDelete: 202), and does nothing: a client that waits until the server is gone waits for ever. ' +
    'It protects from nothing else: a rebuild wipes the disk all the same, and `server lock` is against that.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> db1 --reason "holds the only copy until the migration is over"',
  ];
  static override args = serverArg;
  static override strict = false;
  static override flags = {
    ...serverChangeFlags,
    reason: Flags.string({
      description: 'why; at most 255 characters, which `server show` shows',
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(ServerProtect);
    const names = namesOf(argv, 'server');
    assertReason(flags.reason);
    await this.changeServers(flags, (change) =>
      this.doEach({ kind: 'server', names, done: 'protected' }, (name) =>
        this.protectServer(change, flags, name, flags.reason),
      ),
    );
  }
}
