import { EngineCommand, runIdArg, settingsFlags } from '../../cli/engine-command.ts';
import { recordFormatFlags, printRecord } from '../../cli/output/formats.ts';

export default class WorkflowShow extends EngineCommand {
  static override summary = 'Show a run: what was asked, how it stands, what came of it.';
  static override description = 'What Temporal keeps encrypted is shown in clear, but for passwords.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ID',
    '<%= config.bin %> <%= command.id %> ID -f json',
  ];
  static override args = runIdArg;
  static override flags = { ...settingsFlags, ...recordFormatFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WorkflowShow);
    const run = await this.withEngine(flags, async (engine) => (await engine.runAdmin()).describe(args.id));
    await printRecord(run, flags);
  }
}
