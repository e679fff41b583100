import { Flags } from '@oclif/core';
import { databaseArgs, DatabaseCommand } from '../../cli/database-command.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';

export default class DbUrl extends DatabaseCommand {
  static override summary = 'Print the URLs of databases, for psql and other tools.';
  static override description = 'A password in it is shown as *** unless --show-password is given.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> identity',
    'psql "$(<%= config.bin %> <%= command.id %> identity --show-password)"',
    '<%= config.bin %> <%= command.id %> identity --driver psycopg2   # for a keystone.conf',
    '<%= config.bin %> <%= command.id %> cell cell1 --driver psycopg2   # for a nova.conf',
  ];
  static override args = databaseArgs;
  static override flags = {
    ...bothSettingsFlags,
    'show-password': Flags.boolean({ description: 'print the password too' }),
    driver: Flags.string({
      description: 'a SQLAlchemy driver to name in the URL',
      options: ['psycopg2', 'psycopg', 'asyncpg'],
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DbUrl);
    const { 'show-password': showPassword, driver } = flags;
    const choice = this.choiceOf(args);
    const how = { showPassword, ...(driver && { driver }) };
    const answers = await this.askEach(flags, choice, (database) => database.url(how));
    this.printEach(answers);
  }
}
