import { EngineCommand } from '../cli/engine-command.ts';
import { bothSettingsFlags } from '../cli/flags/settings-flags.ts';
import { formatFlags } from '../cli/flags/format-flags.ts';
import { isOpen, partsOutput } from '../cli/output/parts-table.ts';
import { OPEN_NOTE } from '../rules/open-note.ts';
import { serviceNames } from '../rules/service.ts';

export default class Ps extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Show which parts run on this machine, where, and since when.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f json',
  ];
  static override output = partsOutput;
  static override flags = { ...bothSettingsFlags, ...formatFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Ps);
    await this.withEngine(flags, async (engine) => {
      const parts = engine.parts();
      if (parts.some(isOpen)) this.announce(OPEN_NOTE);
      await partsOutput.print(parts, flags);
    });
  }
}
