import { Args } from '@oclif/core';
import { namesOf } from '../../cli/flags/resource-flags.ts';
import { KeypairCommand, ownerFlags } from '../../cli/keypair-command.ts';

export default class KeypairDelete extends KeypairCommand {
  static override summary = "Delete one of a user's key pairs or several.";
  static override description = 'Servers that were made with it keep the key that they have.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> laptop',
    '<%= config.bin %> <%= command.id %> laptop desktop --os-user-id ID --config-file /etc/nova/nova.conf',
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'its name; there may be several' }),
  };
  static override flags = ownerFlags;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(KeypairDelete);
    const task = { kind: 'key pair', names: namesOf(argv, 'key pair'), done: 'deleted' };
    const actor = this.newActor();
    await this.withOwner(flags, (keyPairs, userId) =>
      this.doEach(task, (name) => keyPairs.delete({ userId, name }, actor)),
    );
  }
}
