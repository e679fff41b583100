import { EngineCommand } from '../../cli/engine-command.ts';
import { runFlags, runIdArg } from '../../cli/flags/run-flags.ts';
import { settingsFlags } from '../../cli/flags/settings-flags.ts';
import { assertOfTarget } from '../../rules/target.ts';

export default class WorkflowFollow extends EngineCommand {
  static override summary = 'Follow a run to its end and print its result as JSON.';
  static override description = 'A run that was paused since its worker had gone is taken up again.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ID',
    '<%= config.bin %> <%= command.id %> ID --timeout 60',
  ];
  static override args = runIdArg;
  static override flags = { ...settingsFlags, timeout: runFlags.timeout, inline: runFlags.inline };

  protected override startsRun = false;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WorkflowFollow);
    const result = await this.withEngine(flags, async (engine) => {
      assertOfTarget(args.id, [await engine.identity.target()]);
      return this.followIn(engine, flags, args.id, 'run', (runs, options) => runs.follow(options));
    });
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  }
}
