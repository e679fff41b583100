import { Flags } from '@oclif/core';
import { type Answered, databaseArgs, DatabaseCommand, labelIn } from '../../cli/database-command.ts';
import { type BothSettingsFlags, bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import type { DatabaseChoice, Found } from '../../engine/databases.ts';
import { ExitCode, type RuleError } from '../../rules/errors.ts';
import { type SchemaState, syncCommand } from '../../rules/schema-revision.ts';

/** `keystone-manage db_sync --check`'s exit codes; of several databases the first of these that is found decides. */
const EXIT_CODES: Record<SchemaState, number> = {
  foreign: ExitCode.refused,
  unknown: ExitCode.refused,
  'contract-needed': ExitCode.contractNeeded,
  'expand-needed': ExitCode.wouldChange,
  empty: ExitCode.wouldChange,
  'keyward-needed': ExitCode.wouldChange,
  unmapped: ExitCode.wouldChange,
  current: ExitCode.done,
};

export default class DbSync extends DatabaseCommand {
  static override summary =
    "Make empty databases Keystone 30.0.0's and Nova 34.0.0's, or adopt those that a Keystone or a Nova made.";
  static override description =
    "keyward's own tables go to a PostgreSQL schema named keyward in each; upstream's stay exactly as upstream makes " +
    'them. `compute` is the API database and every cell; cell0 is mapped if no mapping is there, and alone a first ' +
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
    const isOne = synced.length === 1;
    for (const { label, applied } of synced)
      for (const name of applied) this.log(`${isOne ? '' : `${label}: `}Applied ${name}.`);
    const failures = synced.filter((each): each is typeof each & { error: RuleError } => each.error !== null);
    const isNothing = failures.length === 0 && synced.every(({ applied }) => applied.length === 0);
    if (isNothing) this.log(`Nothing to do: the ${isOne ? 'database is' : 'databases are'} up to date.`);
    this.endWithFailures(failures, choice);
  }

  async #check(flags: BothSettingsFlags, choice: DatabaseChoice): Promise<void> {
    const answers = await this.askEach(flags, choice, (database) => database.state());
    for (const answer of answers)
      if ('value' in answer)
        this.announce(`${labelIn(choice, answer.label)}${wordsFor(answer.label, answer.value)}`);
    this.endWithFailures(
      answers.filter((answer) => 'error' in answer),
      choice,
    );
    this.exit(exitCodeOf(answers));
  }
}

function wordsFor(label: string, { state, refusal }: Found): string {
  if (refusal) return `${refusal.message} ${refusal.cure}`;
  const sync = `\`${syncCommand({ name: label === 'identity' ? label : 'compute' })}\``;
  const words: Partial<Record<SchemaState, string>> = {
    empty: `The database is empty: ${sync} makes the schema.`,
    'keyward-needed': `keyward's own tables are missing or older: ${sync} makes them.`,
    unmapped: `A cell that every cloud needs is not mapped: ${sync} maps it.`,
  };
  return words[state] ?? 'The database is up to date.';
}

const exitCodeOf = (answers: Answered<Found>[]): number => {
  const found = answers.map((answer) => ('value' in answer ? answer.value.state : null));
  const [worst] = (Object.keys(EXIT_CODES) as SchemaState[]).filter((state) => found.includes(state));
  return EXIT_CODES[worst!];
};
