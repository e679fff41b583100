import { Args, Flags } from '@oclif/core';
import { type FormatOptions, recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { KeypairCommand, ownerFlags } from '../../cli/keypair-command.ts';
import { assertColumns } from '../../cli/output/formats.ts';
import { createdKeyPair, keyPairRecord } from '../../cli/output/key-pair-views.ts';
import { readKeyFile } from '../../cli/prompts/key-file.ts';
import { withKeyFile } from '../../cli/prompts/private-file.ts';
import { assertKeyPairName, KEY_TYPES, type KeyPair, type KeyType } from '../../rules/compute/key-pair.ts';
import { RuleError, UsageError } from '../../rules/errors.ts';
import { shellWord } from '../../rules/shell-word.ts';
import type { KeyPairService } from '../../services/compute/key-pair-service.ts';

type HowMade = FormatOptions & { 'private-key'?: string | undefined; 'key-type'?: KeyType | undefined };
type Wanted = { userId: string; name: string };

export default class KeypairCreate extends KeypairCommand {
  static override summary = 'Make a key pair for a user, or take their public key.';
  static override description =
    'Without --public-key a key is made. Its private half is printed, or written to --private-key, and kept nowhere else. ' +
    'In a table it stands alone, as openstackclient prints it; the other formats have it as `private_key`.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> laptop --private-key ~/.ssh/laptop',
    '<%= config.bin %> <%= command.id %> laptop --public-key ~/.ssh/id_ed25519.pub',
    '<%= config.bin %> <%= command.id %> laptop --user alice --key-type rsa > laptop.pem',
  ];
  static override output = createdKeyPair;
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'its name' }),
  };
  static override flags = {
    ...ownerFlags,
    ...recordFormatFlags,
    'public-key': Flags.string({
      description: 'a file with the public key; without it, one is made',
      exclusive: ['private-key'],
    }),
    'private-key': Flags.string({
      description: 'a new file for the private key; without it, that is printed',
    }),
    'key-type': Flags.option({ options: KEY_TYPES })({
      description: 'the kind of key that is made; ed25519 if nothing is said',
    }),
    type: Flags.option({ options: ['ssh', 'x509'] as const })({
      description: 'the type of the key pair; keyward makes and takes ssh only',
    }),
  };
  /** Set while nobody knows whether the key pair is made. */
  #begun: { name: string; file: string | undefined } | null = null;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(KeypairCreate);
    assertColumns([...createdKeyPair.keys, ...createdKeyPair.optional], flags);
    assertKeyPairName(args.name);
    if (flags.type === 'x509') throw x509();
    const given = flags['public-key'];
    if (given !== undefined && flags['key-type'] !== undefined)
      throw new UsageError(
        '--key-type is of a key that is made, and --public-key gives one.',
        'Leave one of them out.',
      );
    const publicKey = given === undefined ? null : await readKeyFile(given);
    await this.withOwner(flags, async (keyPairs, userId) => {
      const wanted = { userId, name: args.name };
      if (publicKey === null) await this.#make(keyPairs, wanted, flags);
      else await this.#import(keyPairs, { ...wanted, publicKey }, flags);
    });
  }

  async #import(
    keyPairs: KeyPairService,
    { publicKey, ...wanted }: Wanted & { publicKey: string },
    flags: FormatOptions,
  ): Promise<void> {
    const key = await keyPairs.readPublicKey(publicKey);
    const pair = await keyPairs.create({ ...wanted, ...key }, this.newActor());
    await createdKeyPair.print(keyPairRecord(pair), flags);
  }

  /** The private key is on disk before the row is, or else is printed once the row is there. */
  async #make(keyPairs: KeyPairService, wanted: Wanted, flags: HowMade): Promise<void> {
    const file = flags['private-key'];
    const { privateKey, ...key } = await keyPairs.makeKey(flags['key-type'] ?? 'ed25519');
    const create = async (): Promise<KeyPair> => {
      this.#begun = { name: wanted.name, file };
      const pair = await keyPairs.create({ ...wanted, ...key }, this.newActor());
      this.#begun = null;
      return pair;
    };
    if (file !== undefined) {
      const pair = await withKeyFile(file, privateKey, create, this.announce);
      return createdKeyPair.print(keyPairRecord(pair), flags);
    }
    const pair = await create().catch((error: unknown) => {
      // The key pair may be there, and then this is the only copy of its key.
      if (error instanceof RuleError && error.outcome === 'unknown') this.log(privateKey.trimEnd());
      throw error;
    });
    if (flags.format === 'table') return this.log(privateKey.trimEnd());
    await createdKeyPair.print({ ...keyPairRecord(pair), private_key: privateKey }, flags);
  }

  protected override farewell(): string | null {
    if (this.#begun === null) return null;
    const { name, file } = this.#begun;
    const where = file === undefined ? 'Its private key was not printed' : `Its private key is in ${file}`;
    return `It is not known whether the key pair was made: \`keyward keypair show ${shellWord(name)}\` tells. ${where}.`;
  }
}

const x509 = (): UsageError =>
  new UsageError(
    'keyward makes and takes key pairs for SSH only.',
    '`openstack keypair create --type x509 --public-key FILE` takes a certificate.',
  );
