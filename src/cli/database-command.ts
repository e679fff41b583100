import { Args } from '@oclif/core';
import { type DatabaseName, databaseNames } from '../rules/schema-revision.ts';
import type { SchemaService } from '../services/schema-service.ts';
import { EngineCommand } from './engine-command.ts';
import type { SettingsFlags } from './flags/settings-flags.ts';

/** One of keyward's databases, by its name. */
export const databaseArg = Args.custom<DatabaseName>({
  ignoreStdin: true,
  options: [...databaseNames],
  parse: async (name) => name as DatabaseName,
  description: 'which database',
});

/** A command on a database as such. */
export abstract class DatabaseCommand extends EngineCommand {
  protected withSchema<T>(
    flags: SettingsFlags,
    name: DatabaseName,
    use: (schema: SchemaService) => Promise<T>,
  ): Promise<T> {
    return this.withEngine(flags, async (engine) => {
      const { schemaOf } = await import('../engine/databases.ts');
      return use(await schemaOf(engine, name));
    });
  }

  protected databaseUrl(
    flags: SettingsFlags,
    name: DatabaseName,
    how: { showPassword: boolean; driver?: string },
  ): Promise<string> {
    return this.withEngine(flags, async (engine) => {
      const { databaseUrl } = await import('../engine/databases.ts');
      return databaseUrl(engine, name, how);
    });
  }
}
