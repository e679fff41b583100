import { Args, Flags } from '@oclif/core';
import { EngineCommand } from '../../cli/engine-command.ts';
import { settingsFlags } from '../../cli/flags/settings-flags.ts';

export default class DbUrl extends EngineCommand {
  static override summary = 'Print the URL of a database, for psql and other tools.';
  static override description = 'A password in it is shown as *** unless --show-password is given.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> identity',
    'psql "$(<%= config.bin %> <%= command.id %> identity --show-password)"',
    '<%= config.bin %> <%= command.id %> identity --driver psycopg2   # for a keystone.conf',
  ];
  static override args = {
    database: Args.string({
      ignoreStdin: true,
      options: ['identity'],
      required: true,
      description: 'which database',
    }),
  };
  static override flags = {
    ...settingsFlags,
    'show-password': Flags.boolean({ description: 'print the password too' }),
    driver: Flags.string({
      description: 'a SQLAlchemy driver to name in the URL',
      options: ['psycopg2', 'psycopg', 'asyncpg'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(DbUrl);
    const url = await this.withEngine(flags, (engine) =>
      engine.databaseUrl({ showPassword: flags['show-password'], driver: flags.driver }),
    );
    this.log(url);
  }
}
