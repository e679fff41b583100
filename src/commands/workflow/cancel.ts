import { EngineCommand } from '../../cli/engine-command.ts';
import { runIdArg } from '../../cli/flags/run-flags.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { serviceNames } from '../../rules/service.ts';

export default class WorkflowCancel extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Ask a run to stop; what it has committed stays.';
  static override description =
    'A step that writes is let finish; if it was the last one, the run ends as completed.';
  static override examples = ['<%= config.bin %> <%= command.id %> ID'];
  static override args = runIdArg;
  static override flags = bothSettingsFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WorkflowCancel);
    await this.withEngine(flags, async (engine) => (await engine.runAdmin()).cancel(args.id));
    this.announce(`The run ${args.id} was asked to cancel.`);
  }
}
