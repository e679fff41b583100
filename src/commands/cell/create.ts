import { Args, Flags } from '@oclif/core';
import { ComputeCommand } from '../../cli/compute-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { text } from '../../cli/flags/flag-kinds.ts';
import { lockTimeoutFlag, novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { createdCell } from '../../cli/output/cell-views.ts';
import { readSecretFromStdin } from '../../cli/prompts/password.ts';
import { BaseCommand } from '../../cli/base-command.ts';
import { URL_TAKEN } from '../../rules/compute/new-cell.ts';
import { UsageError } from '../../rules/errors.ts';

export default class CellCreate extends ComputeCommand {
  static override summary = 'Map a cell in the API database, as `nova-manage cell_v2 create_cell` does.';
  static override description =
    "What is not given is nova.conf's `[database] connection` and `[DEFAULT] transport_url`. With the embedded " +
    'PostgreSQL the cell gets a database there instead, and no message queue. Another database is not looked at: ' +
    '`db sync cell NAME` makes its schema. The exit code is 2 where another cell has one of the URLs.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> cell2',
    "<%= config.bin %> <%= command.id %> cell2 --config-file /etc/nova/nova.conf --database-connection '{scheme}://{username}:{password}@db2.example/nova_cell2' --transport-url 'rabbit://{username}:{password}@mq2.example:5672/'",
    '<%= config.bin %> <%= command.id %> cell2 --config-file /etc/nova-cell2/nova.conf --disabled',
    'printf %s "$CELL2_URL" | <%= config.bin %> <%= command.id %> cell2 --database-connection - --transport-url rabbit://mq2.example/',
  ];
  static override output = createdCell;
  static override errors = [...BaseCommand.errors, URL_TAKEN];
  static override args = {
    name: Args.string({ ignoreStdin: true, required: true, description: 'its name' }),
  };
  static override flags = {
    ...novaSettingsFlags,
    ...recordFormatFlags,
    ...lockTimeoutFlag,
    'database-connection': Flags.string({
      description:
        'the URL of its database, or a template; others can see it in `ps`, so that - reads it from standard input',
      aliases: ['database_connection'],
    }),
    'transport-url': text('the URL of its message queue, likewise'),
    disabled: Flags.boolean({ description: 'let no instance be scheduled to it' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CellCreate);
    createdCell.assertColumns(flags);
    const given = {
      name: args.name,
      isDisabled: flags.disabled ?? false,
      ...(await urlsGiven(flags['database-connection'], flags['transport-url'])),
    };
    const record = await this.createCell(flags, given);
    await createdCell.print(record, flags);
  }
}

async function urlsGiven(
  database: string | undefined,
  transport: string | undefined,
): Promise<{ databaseConnection: string | null; transportUrl: string | null }> {
  if (database === '-' && transport === '-')
    throw new UsageError(
      'Standard input can hold one URL only.',
      'Give the other one as it is, or in nova.conf.',
    );
  const read = (url: string | undefined): Promise<string | null> | string | null =>
    url === '-' ? readSecretFromStdin('URL') : (url ?? null);
  return { databaseConnection: await read(database), transportUrl: await read(transport) };
}
