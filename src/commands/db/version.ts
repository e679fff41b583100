import { databaseArg, DatabaseCommand } from '../../cli/database-command.ts';
import { settingsFlags } from '../../cli/flags/settings-flags.ts';

export default class DbVersion extends DatabaseCommand {
  static override summary = "Print a database's revision, as `keystone-manage db_version` does.";
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override args = { database: databaseArg({ default: 'identity' }) };
  static override flags = settingsFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DbVersion);
    this.log(await this.withSchema(flags, args.database, (schema) => schema.version()));
  }
}
