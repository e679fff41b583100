import { EngineCommand } from '../../cli/engine-command.ts';
import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { RuleError } from '../../rules/errors.ts';
import { CONTRACT_HEAD } from '../../rules/schema-revision.ts';

export default class DbVersion extends EngineCommand {
  static override summary = "Print the identity database's revision, as `keystone-manage db_version` does.";
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override flags = settingsFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(DbVersion);
    const revisions = await this.withIdentity(flags, ({ schema }) => schema.revisions());
    const [expand] = revisions.filter((revision) => revision !== CONTRACT_HEAD);
    if (!expand) {
      throw new RuleError('SchemaMissing', 'The database has no revision: there is no schema in it.', {
        cure: 'Run `keyward db sync`.',
      });
    }
    this.log(expand);
  }
}
