import { formatFlags } from '../../cli/flags/format-flags.ts';
import { text } from '../../cli/flags/flag-kinds.ts';
import { limitFlag } from '../../cli/flags/resource-flags.ts';
import { KeypairCommand, ownerFlags } from '../../cli/keypair-command.ts';
import { keyPairList } from '../../cli/output/key-pair-views.ts';
import { printPages } from '../../cli/output/pages.ts';
import type { KeyPair } from '../../rules/compute/key-pair.ts';
import { shellWord } from '../../rules/shell-word.ts';

export default class KeypairList extends KeypairCommand {
  static override summary = "List a user's key pairs.";
  static override description =
    'In the order of their names. A table shows one page; csv, value, json and yaml give all, however many there are.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --user alice --config-file /etc/nova/nova.conf --keystone-config-file /etc/keystone/keystone.conf',
    '<%= config.bin %> <%= command.id %> --os-user-id ID -f json',
  ];
  static override output = keyPairList;
  static override flags = {
    ...ownerFlags,
    ...formatFlags,
    ...limitFlag,
    marker: text('only those after this name, the last one of the page before'),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(KeypairList);
    keyPairList.assertColumns(flags);
    const next = ({ name }: KeyPair) => `add \`--marker ${shellWord(name)}\` for the next page, or `;
    await this.withOwner(flags, (keyPairs, userId) =>
      printPages((limit) => keyPairs.list(userId, { limit, marker: flags.marker }), keyPairList, flags, {
        announce: this.announce,
        next,
      }),
    );
  }
}
