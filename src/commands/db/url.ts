import { Flags } from '@oclif/core';
import { databaseArg, DatabaseCommand } from '../../cli/database-command.ts';
import { settingsFlags } from '../../cli/flags/settings-flags.ts';

export default class DbUrl extends DatabaseCommand {
  static override summary = 'Print the URL of a database, for psql and other tools.';
  static override description = 'A password in it is shown as *** unless --show-password is given.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> identity',
    'psql "$(<%= config.bin %> <%= command.id %> identity --show-password)"',
    '<%= config.bin %> <%= command.id %> identity --driver psycopg2   # for a keystone.conf',
  ];
  static override args = { database: databaseArg({ required: true }) };
  static override flags = {
    ...settingsFlags,
    'show-password': Flags.boolean({ description: 'print the password too' }),
    driver: Flags.string({
      description: 'a SQLAlchemy driver to name in the URL',
      options: ['psycopg2', 'psycopg', 'asyncpg'],
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DbUrl);
    const { 'show-password': showPassword, driver } = flags;
    this.log(await this.databaseUrl(flags, args.database, { showPassword, ...(driver && { driver }) }));
  }
}
