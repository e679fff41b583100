import { Args, Flags } from '@oclif/core';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { KeypairCommand, ownerFlags } from '../../cli/keypair-command.ts';
import { keyPairRecord, shownKeyPair } from '../../cli/output/key-pair-views.ts';

export default class KeypairShow extends KeypairCommand {
  static override summary = "Show a user's key pair, or its public key.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> laptop',
    '<%= config.bin %> <%= command.id %> laptop --public-key > laptop.pub',
  ];
  static override output = shownKeyPair;
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'its name' }),
  };
  static override flags = {
    ...ownerFlags,
    ...recordFormatFlags,
    'public-key': Flags.boolean({ description: 'print the public key alone, as it was given' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(KeypairShow);
    shownKeyPair.assertColumns(flags);
    const { name } = args;
    const pair = await this.withOwner(flags, (keyPairs, userId) => keyPairs.show({ userId, name }));
    if (flags['public-key']) this.log(pair.publicKey.replace(/\n$/, ''));
    else await shownKeyPair.print({ ...keyPairRecord(pair), private_key: null }, flags);
  }
}
