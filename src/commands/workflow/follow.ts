import { EngineCommand } from '../../cli/engine-command.ts';
import { runFlags, runIdArg } from '../../cli/flags/run-flags.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { assertOfTarget } from '../../rules/target.ts';
import { serviceNames } from '../../rules/service.ts';

export default class WorkflowFollow extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Follow a run to its end and print its result as JSON.';
  static override description = 'A run that was paused since its worker had gone is taken up again.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> ID',
    '<%= config.bin %> <%= command.id %> ID --timeout 60',
  ];
  static override args = runIdArg;
  static override flags = { ...bothSettingsFlags, timeout: runFlags.timeout, inline: runFlags.inline };

  protected override startsRun = false;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WorkflowFollow);
    const result = await this.withEngine(flags, async (engine) => {
      const services = await engine.inUse();
      assertOfTarget(args.id, await Promise.all(services.map((service) => service.target())));
      return this.followIn(engine, flags, args.id, 'run', (runs, options) => runs.follow(options), {
        services,
      });
    });
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  }
}
