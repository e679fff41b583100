import { Flags } from '@oclif/core';
import { databaseArg, DatabaseCommand } from '../../cli/database-command.ts';
import { settingsFlags, type SettingsFlags } from '../../cli/flags/settings-flags.ts';
import { ExitCode } from '../../rules/errors.ts';
import type { DatabaseName, SchemaState } from '../../rules/schema-revision.ts';

/** `keystone-manage db_sync --check`'s exit codes. */
const EXIT_CODES: Record<SchemaState, number> = {
  current: ExitCode.done,
  empty: ExitCode.wouldChange,
  'keyward-needed': ExitCode.wouldChange,
  'expand-needed': ExitCode.wouldChange,
  'contract-needed': ExitCode.contractNeeded,
  unknown: ExitCode.refused,
  foreign: ExitCode.refused,
};

const WORDS: Partial<Record<SchemaState, string>> = {
  current: 'The database is up to date.',
  empty: 'The database is empty: `keyward db sync` makes the schema.',
  'keyward-needed': "keyward's own tables are missing or older: `keyward db sync` makes them.",
};

export default class DbSync extends DatabaseCommand {
  static override summary = "Make an empty database Keystone 30.0.0's, or adopt one that a Keystone made.";
  static override description =
    "keyward's own tables go to a PostgreSQL schema named keyward; Keystone's stay exactly as Keystone makes them. " +
    'A database of another revision is refused, untouched. --check exits 0: up to date, 2: sync needed, 4: contract needed.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
  ];
  static override results = [...new Set(Object.values(EXIT_CODES))];
  static override args = { database: databaseArg({ default: 'identity' }) };
  static override flags = {
    ...settingsFlags,
    check: Flags.boolean({ description: 'only say whether a sync is needed, by the exit code' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DbSync);
    if (flags.check) return this.#check(flags, args.database);
    const { applied } = await this.withSchema(flags, args.database, (schema) => schema.sync());
    const lines =
      applied.length > 0
        ? applied.map((name) => `Applied ${name}.`)
        : ['Nothing to do: the database is up to date.'];
    this.log(lines.join('\n'));
  }

  async #check(flags: SettingsFlags, name: DatabaseName): Promise<void> {
    const { state, refusal } = await this.withSchema(flags, name, (schema) => schema.state());
    this.announce(refusal ? `${refusal.message} ${refusal.cure}` : WORDS[state]!);
    this.exit(EXIT_CODES[state]);
  }
}
