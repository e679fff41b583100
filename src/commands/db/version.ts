import { databaseArgs, DatabaseCommand } from '../../cli/database-command.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';

export default class DbVersion extends DatabaseCommand {
  static override summary =
    "Print databases' revisions, as `keystone-manage db_version` and `nova-manage db version` do.";
  static override description =
    'Of several databases each is a line with its name in front, as in `compute-api: cdeec0c85668`.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> identity',
    '<%= config.bin %> <%= command.id %> cell cell1',
  ];
  static override args = databaseArgs;
  static override flags = bothSettingsFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DbVersion);
    const choice = this.choiceOf(args);
    const answers = await this.askEach(flags, choice, ({ withSchema }) =>
      withSchema((schema) => schema.version()),
    );
    this.printEach(answers);
  }
}
