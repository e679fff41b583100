import { EngineCommand } from '../../cli/engine-command.ts';
import { runIdArg } from '../../cli/flags/run-flags.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { serviceNames } from '../../rules/service.ts';

export default class WorkflowTerminate extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'End a run at once; what it has committed stays.';
  static override description =
    'For a run that does not answer to `workflow cancel`. A step under way in a worker may still commit.';
  static override examples = ['<%= config.bin %> <%= command.id %> ID'];
  static override args = runIdArg;
  static override flags = bothSettingsFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WorkflowTerminate);
    await this.withEngine(flags, async (engine) =>
      (await engine.runAdmin()).terminate(args.id, 'terminated by keyward'),
    );
    this.announce(`The run ${args.id} was terminated.`);
  }
}
