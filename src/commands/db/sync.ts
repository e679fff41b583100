import { Args, Flags } from '@oclif/core';
import { EngineCommand, settingsFlags } from '../../engine/engine-command.ts';
import { ExitCode } from '../../rules/errors.ts';
import type { SchemaState } from '../../rules/schema-revision.ts';

/** `keystone-manage db_sync --check`'s exit codes, and what keyward says with each. */
const VERDICTS: Record<SchemaState, [exitCode: number, text: string]> = {
  current: [ExitCode.done, 'The database is up to date.'],
  empty: [ExitCode.wouldChange, 'The database is empty: `keyward db sync` makes the schema.'],
  'expand-needed': [
    ExitCode.wouldChange,
    'The database is older: run `keystone-manage db_sync` of Keystone 30.0.0.',
  ],
  'contract-needed': [
    ExitCode.contractNeeded,
    'Contract is needed: run `keystone-manage db_sync --contract` of Keystone 30.0.0.',
  ],
  unknown: [ExitCode.refused, "The database's revision is not one that this keyward knows."],
  foreign: [ExitCode.refused, "The database holds tables that are not Keystone's."],
};

export default class DbSync extends EngineCommand {
  static override summary = "Make an empty database Keystone 30.0.0's, or adopt one that a Keystone made.";
  static override description =
    "keyward's own tables go to a PostgreSQL schema named keyward; Keystone's stay exactly as Keystone makes them. " +
    'A database of another revision is refused, untouched. --check exits 0: up to date, 2: sync needed, 4: contract needed.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
  ];
  static override args = {
    database: Args.string({
      ignoreStdin: true,
      options: ['identity'],
      default: 'identity',
      description: 'which database',
    }),
  };
  static override flags = {
    ...settingsFlags,
    check: Flags.boolean({ description: 'only say whether a sync is needed, by the exit code' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DbSync);
    if (flags.check) return this.#check(flags);
    const { applied } = await this.withIdentity(flags, ({ schema }) => schema.sync());
    const lines =
      applied.length > 0
        ? applied.map((name) => `Applied ${name}.`)
        : ['Nothing to do: the database is up to date.'];
    this.log(lines.join('\n'));
  }

  async #check(flags: { 'config-file'?: string[] | undefined }): Promise<void> {
    const state = await this.withIdentity(flags, ({ schema }) => schema.state());
    const [exitCode, text] = VERDICTS[state];
    this.announce(text);
    this.exit(exitCode);
  }
}
