import { EngineCommand } from '../../cli/engine-command.ts';
import { runIdArg } from '../../cli/flags/run-flags.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { RecordOutput } from '../../cli/output/outputs.ts';
import type { RunSummary } from '../../rules/run-event.ts';
import { serviceNames } from '../../rules/service.ts';

/** `input` and `result` are what the workflow was given and gave; a run that has ended has either that or a failure. */
export type WorkflowRecord = RunSummary & {
  input: unknown;
  /** The steps under way. */
  pending: object[];
  result?: unknown;
  failure?: string;
};

export default class WorkflowShow extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Show a run: what was asked, how it stands, what came of it.';
  static override description = 'What Temporal keeps encrypted is shown in clear, but for passwords.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ID',
    '<%= config.bin %> <%= command.id %> ID -f json',
  ];
  static override output = new RecordOutput<WorkflowRecord>(
    ['id', 'type', 'status', 'started', 'closed', 'input', 'pending'],
    ['result', 'failure'],
  );
  static override args = runIdArg;
  static override flags = { ...bothSettingsFlags, ...recordFormatFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WorkflowShow);
    const run = await this.withEngine(flags, async (engine) => (await engine.runAdmin()).describe(args.id));
    await WorkflowShow.output.print(run, flags);
  }
}
