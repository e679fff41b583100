import { Args } from '@oclif/core';
import { ComputeCommand, deadlineFlag } from '../../cli/compute-command.ts';
import { recordFormatFlags } from '../../cli/flags/format-flags.ts';
import { novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { cellStateRecord, shownCell } from '../../cli/output/cell-views.ts';
import { isPartial } from '../../rules/compute/cell-state.ts';
import { ExitCode } from '../../rules/errors.ts';

export default class CellShow extends ComputeCommand {
  static override summary = "Show one of Nova's cells, and whether its database can be reached.";
  static override description =
    'If the database gives no answer, or the mappings can not be counted in time, it says why, and the exit code is 69.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> cell1',
    '<%= config.bin %> <%= command.id %> 00000000-0000-0000-0000-000000000000 -f json',
  ];
  static override output = shownCell;
  static override results = [ExitCode.done, ExitCode.unavailable];
  static override args = {
    cell: Args.string({ ignoreStdin: true, required: true, description: 'its name or uuid' }),
  };
  static override flags = { ...novaSettingsFlags, ...recordFormatFlags, ...deadlineFlag(8) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CellShow);
    shownCell.assertColumns(flags);
    const state = await this.askCompute(flags, ({ cellService }, deadlineMs) =>
      cellService.show(args.cell, deadlineMs),
    );
    if (isPartial(state)) this.endWith(ExitCode.unavailable);
    await shownCell.print(cellStateRecord(state), flags);
  }
}
