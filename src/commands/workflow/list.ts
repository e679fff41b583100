import { Flags } from '@oclif/core';
import { EngineCommand } from '../../cli/engine-command.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { ListOutput } from '../../cli/output/outputs.ts';
import type { RunSummary } from '../../rules/run-event.ts';
import { serviceNames } from '../../rules/service.ts';

/** Times are ISO 8601 in UTC; `Closed` is null while the run is open. */
export type WorkflowListRow = {
  ID: string;
  Type: string;
  Status: string;
  Started: string;
  Closed: string | null;
};

export default class WorkflowList extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'List the runs of the databases that the settings name, newest first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f json --limit 5',
  ];
  static override output = new ListOutput<RunSummary, WorkflowListRow>({
    ID: ({ id }) => id,
    Type: ({ type }) => type,
    Status: ({ status }) => status,
    Started: ({ started }) => started,
    Closed: ({ closed }) => closed,
  });
  static override flags = {
    ...bothSettingsFlags,
    ...formatFlags,
    all: Flags.boolean({ description: 'also the runs of other databases' }),
    limit: Flags.integer({ description: 'at most this many', default: 100, min: 1 }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(WorkflowList);
    WorkflowList.output.assertColumns(flags);
    const rows = await this.withEngine(flags, async (engine) => {
      const services = flags.all ? [] : await engine.inUse();
      const targets = flags.all ? null : await Promise.all(services.map((service) => service.target()));
      return (await engine.runAdmin()).list(targets, flags.limit);
    });
    await WorkflowList.output.print(rows, flags);
  }
}
