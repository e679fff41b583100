import { Args } from '@oclif/core';
import type { DatabaseChoice, Reached } from '../engine/databases.ts';
import type { Engine } from '../engine/engine.ts';
import type { Synced } from '../engine/sync-databases.ts';
import { RuleError, UsageError } from '../rules/errors.ts';
import { type DatabaseName, databaseNames } from '../rules/schema-revision.ts';
import { type ServiceName, serviceNames } from '../rules/service.ts';
import { EngineCommand } from './engine-command.ts';
import type { BothSettingsFlags } from './flags/settings-flags.ts';

export const databaseArgs = {
  database: Args.custom<DatabaseName>({
    ignoreStdin: true,
    options: [...databaseNames],
    parse: async (name) => name as DatabaseName,
    description:
      'which one; compute is the API database and every cell. Without it: all of the services in use',
  })(),
  cell: Args.string({ ignoreStdin: true, description: "after `cell`: the cell's name or uuid" }),
};
type DatabaseArguments = { database?: DatabaseName | undefined; cell?: string | undefined };

/** What was asked of a database, or why it could not be. */
export type Answered<T> = { label: string; value: T } | { label: string; error: RuleError };

/** A command on databases as such. */
export abstract class DatabaseCommand extends EngineCommand {
  static override services = serviceNames;

  protected choiceOf({ database, cell }: DatabaseArguments): DatabaseChoice {
    if (database === 'cell' && cell === undefined)
      throw new UsageError('No cell is named.', 'Add its name, as in `keyward db version cell cell1`.');
    if (database !== 'cell' && cell !== undefined)
      throw new UsageError(`${cell} is one argument too many.`, 'A second one names a cell, after `cell`.');
    return { name: database ?? null, cell: cell ?? null };
  }

  /** Makes or adopts the databases that are chosen, and says what became of each. */
  protected syncEach(flags: BothSettingsFlags, choice: DatabaseChoice): Promise<Synced[]> {
    const actor = this.newActor();
    const sync = async (engine: Engine): Promise<Synced[]> => {
      const { syncDatabases } = await import('../engine/sync-databases.ts');
      return syncDatabases(engine, choice, actor);
    };
    return this.withEngine(flags, sync, { services: servicesFor(choice) });
  }

  /** Asks each database that is chosen. One that fails is a failure of its own. */
  protected askEach<T>(
    flags: BothSettingsFlags,
    choice: DatabaseChoice,
    ask: (database: Reached) => Promise<T>,
  ): Promise<Answered<T>[]> {
    const askAll = async (engine: Engine): Promise<Answered<T>[]> => {
      const { databasesIn } = await import('../engine/databases.ts');
      const databases = await databasesIn(engine, choice);
      return Promise.all(databases.map((database) => answered(database, ask)));
    };
    return this.withEngine(flags, askAll, { services: servicesFor(choice) });
  }

  /** Prints a line for each answer: alone where it is the only one, else after what names the database. */
  protected printEach(answers: Answered<string>[]): void {
    for (const answer of answers)
      if ('value' in answer) this.log(`${labelAmong(answers, answer)}${answer.value}`);
    this.endWithFailures(answers);
  }

  /** Tells each failure, and ends with the first one's exit code. */
  protected endWithFailures(answers: { label: string; error?: RuleError | null }[]): void {
    const [first, ...others] = answers.flatMap(({ label, error }) =>
      error ? [this.configured(named(labelAmong(answers, { label }), error))] : [],
    );
    if (!first) return;
    for (const error of others) this.announce(`${error.message} ${error.cure}`);
    throw first;
  }
}

function servicesFor({ name }: DatabaseChoice): readonly ServiceName[] {
  if (name === null) return serviceNames;
  return [name === 'identity' ? 'identity' : 'compute'];
}

/** Names a database in front of what is said of it, where several are spoken of. */
export const labelAmong = (all: unknown[], { label }: { label: string }): string =>
  all.length > 1 ? `${label}: ` : '';

async function answered<T>(database: Reached, ask: (database: Reached) => Promise<T>): Promise<Answered<T>> {
  const { label } = database;
  try {
    return { label, value: await ask(database) };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { label, error };
  }
}

const named = (label: string, { name, message, cure, exitCode, outcome }: RuleError): RuleError =>
  new RuleError(name, `${label}${message}`, { cure, exitCode, outcome });
