import { Args } from '@oclif/core';
import { propertiesOf } from '../../cli/flags/compute-flags.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { newServerFlags } from '../../cli/flags/new-server-flags.ts';
import { serverRecord, shownServer } from '../../cli/output/server-record.ts';
import { readUserData } from '../../cli/prompts/user-data-file.ts';
import { serverChangeFlags, ServerCommand } from '../../cli/server-command.ts';
import { assertNewServer, type GivenServer } from '../../rules/compute/boot.ts';

export default class ServerCreate extends ServerCommand {
  static override summary = 'Make a server on a host of keyward.';
  static override description =
    "Its disk is made of the image and its config drive of what is said here, in the home of the host's account. A run " +
    'does it, step by step: whatever is killed meanwhile, the server ends in ACTIVE, or in ERROR with a fault. Alone it ' +
    "is bootstrap's admin who makes it, in the admin's project, unless somebody else is stated.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> web1 --flavor m1.tiny --image tiny --key-name laptop',
    '<%= config.bin %> <%= command.id %> web1 --flavor m1.tiny --image tiny --user-data setup.yaml --property role=web --no-wait',
  ];
  static override output = shownServer;
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'its name' }),
  };
  static override flags = { ...serverChangeFlags, ...recordFormatFlags, ...newServerFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServerCreate);
    shownServer.assertColumns(flags);
    const given: GivenServer = {
      name: args.name,
      flavor: flags.flavor,
      image: flags.image,
      keyName: flags['key-name'] ?? null,
      description: flags.description ?? null,
      hostname: flags.hostname ?? null,
      properties: propertiesOf(flags.property),
      tags: flags.tag ?? [],
      host: flags.host ?? null,
      hasUserData: flags['user-data'] !== undefined,
    };
    assertNewServer(given);
    const userData = flags['user-data'] === undefined ? null : await readUserData(flags['user-data']);
    const view = await this.changeServers(
      flags,
      (change) => this.createServer(change, flags, { given, userData }),
      'user and project',
    );
    if (view) await shownServer.print(serverRecord(view), flags);
  }
}
