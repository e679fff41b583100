import { Flags } from '@oclif/core';
import { EngineCommand, settingsFlags } from '../../cli/engine-command.ts';
import { assertColumns, formatFlags, printList } from '../../cli/output/formats.ts';

const COLUMNS = ['ID', 'Type', 'Status', 'Started', 'Closed'];

export default class WorkflowList extends EngineCommand {
  static override summary = 'List the runs of the identity database, newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f json --limit 5',
  ];
  static override flags = {
    ...settingsFlags,
    ...formatFlags,
    all: Flags.boolean({ description: 'also the runs of other databases' }),
    limit: Flags.integer({ description: 'at most this many', default: 100, min: 1 }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(WorkflowList);
    assertColumns(COLUMNS, flags);
    const rows = await this.withEngine(flags, async (engine) => {
      const targets = flags.all ? null : [await engine.identity.target()];
      return (await engine.runAdmin()).list(targets, flags.limit);
    });
    const named = rows.map(({ id, type, status, started, closed }) => ({
      ID: id,
      Type: type,
      Status: status,
      Started: started,
      Closed: closed,
    }));
    await printList(named, COLUMNS, flags);
  }
}
