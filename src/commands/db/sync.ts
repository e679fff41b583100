import { Flags } from '@oclif/core';
import { type Answered, databaseArgs, DatabaseCommand, labelAmong } from '../../cli/database-command.ts';
import { type BothSettingsFlags, bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import type { DatabaseChoice, Found } from '../../engine/databases.ts';
import { ExitCode } from '../../rules/errors.ts';
import type { SchemaState } from '../../rules/schema-revision.ts';

/** `keystone-manage db_sync --check`'s exit codes; of several databases the first of these that is found decides. */
const EXIT_CODES: Record<SchemaState, number> = {
  foreign: ExitCode.refused,
  unknown: ExitCode.refused,
  'contract-needed': ExitCode.contractNeeded,
  'expand-needed': ExitCode.wouldChange,
  empty: ExitCode.wouldChange,
  'keyward-needed': ExitCode.wouldChange,
  current: ExitCode.done,
};

export default class DbSync extends DatabaseCommand {
  static override summary =
    "Make empty databases Keystone 30.0.0's and Nova 34.0.0's, or adopt those that a Keystone or a Nova made.";
  static override description =
    "keyward's own tables go to a PostgreSQL schema named keyward in each; upstream's stay exactly as upstream makes " +
    'them. `compute` is the API database and every cell; cell0 is mapped unless it is, and alone a first ' +
    'cell1 too. A database of another revision is refused, untouched. --check exits 0: up to date, 2: sync needed, ' +
    '4: contract needed.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> compute',
    '<%= config.bin %> <%= command.id %> compute --nova-config-file /etc/nova/nova.conf',
    '<%= config.bin %> <%= command.id %> --check',
  ];
  static override results = [...new Set(Object.values(EXIT_CODES))];
  static override args = databaseArgs;
  static override flags = {
    ...bothSettingsFlags,
    check: Flags.boolean({ description: 'only say whether a sync is needed, by the exit code' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DbSync);
    const choice = this.choiceOf(args);
    if (flags.check) return this.#check(flags, choice);
    const synced = await this.syncEach(flags, choice);
    for (const each of synced)
      for (const name of each.applied) this.log(`${labelAmong(synced, each)}Applied ${name}.`);
    const isNothing = synced.every(({ applied, error }) => applied.length === 0 && error === null);
    const all = synced.length === 1 ? 'database is' : 'databases are';
    if (isNothing) this.log(`Nothing to do: the ${all} up to date.`);
    this.endWithFailures(synced);
  }

  async #check(flags: BothSettingsFlags, choice: DatabaseChoice): Promise<void> {
    const answers = await this.askEach(flags, choice, async ({ sync, state }) => ({
      ...(await state()),
      sync,
    }));
    for (const answer of answers)
      if ('value' in answer) this.announce(`${labelAmong(answers, answer)}${wordsFor(answer.value)}`);
    this.endWithFailures(answers);
    this.exit(exitCodeOf(answers));
  }
}

function wordsFor({ state, refusal, unmapped, sync }: Found & { sync: string }): string {
  if (refusal) return `${refusal.message} ${refusal.cure}`;
  if (unmapped.length > 0) return `No mapping is there for ${unmapped.join(' and ')}: \`${sync}\` makes it.`;
  const words: Partial<Record<SchemaState, string>> = {
    empty: `The database is empty: \`${sync}\` makes the schema.`,
    'keyward-needed': `keyward's own tables are missing or older: \`${sync}\` makes them.`,
  };
  return words[state] ?? 'The database is up to date.';
}

function exitCodeOf(answers: Answered<Found>[]): number {
  const found = answers.flatMap((answer) => ('value' in answer ? [answer.value] : []));
  const [worst] = (Object.keys(EXIT_CODES) as SchemaState[]).filter((state) =>
    found.some((each) => each.state === state),
  );
  const code = EXIT_CODES[worst!];
  return code === ExitCode.done && found.some(({ unmapped }) => unmapped.length > 0)
    ? ExitCode.wouldChange
    : code;
}
