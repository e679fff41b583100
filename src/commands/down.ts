import { Flags } from '@oclif/core';
import { EngineCommand } from '../cli/engine-command.ts';
import { bothSettingsFlags } from '../cli/flags/settings-flags.ts';
import { serviceNames } from '../rules/service.ts';

export default class Down extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Stop the parts that run on this machine; their data stays.';
  static override description = 'Refused while runs are open, since nobody would work on them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --force',
  ];
  static override flags = {
    ...bothSettingsFlags,
    force: Flags.boolean({ description: 'stop although runs are open; they go on after the next `up`' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Down);
    await this.withEngine(flags, (engine) => engine.down({ force: flags.force }));
    this.announce('Stopped.');
  }
}
