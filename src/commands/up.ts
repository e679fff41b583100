import { Flags } from '@oclif/core';
import { EngineCommand } from '../cli/engine-command.ts';
import { bothSettingsFlags } from '../cli/flags/settings-flags.ts';
import { formatFlags } from '../cli/flags/format-flags.ts';
import { partsOutput } from '../cli/output/parts-table.ts';
import { serviceNames } from '../rules/service.ts';

export default class Up extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Start the parts that keyward needs on this machine.';
  static override description =
    'PostgreSQL and a Temporal server (each on a private socket) and a worker for each service in use; each only where neither the environment ' +
    'nor a configuration file names another. Other commands do this by themselves; a repeat changes nothing.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --ui',
  ];
  static override output = partsOutput;
  static override flags = {
    ...bothSettingsFlags,
    ...formatFlags,
    ui: Flags.boolean({ description: "also start Temporal's web UI and print a link that opens it once" }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Up);
    partsOutput.assertColumns(flags);
    await this.withEngine(flags, async (engine) => {
      const { uiAddress } = await engine.up({ ui: flags.ui });
      await partsOutput.print(engine.parts(), flags);
      if (uiAddress) this.announce(`Temporal's web UI: ${uiAddress}`);
    });
  }
}
