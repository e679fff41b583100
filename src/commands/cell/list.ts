import { ComputeCommand, deadlineFlag } from '../../cli/compute-command.ts';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { cellList } from '../../cli/output/cell-views.ts';
import { isPartial } from '../../rules/compute/cell-state.ts';
import { ExitCode } from '../../rules/errors.ts';

export default class CellList extends ComputeCommand {
  static override summary = "List Nova's cells: where each is, what is in it, and whether it can be reached.";
  static override description =
    'The columns of `nova-manage cell_v2 list_cells` stand first; a template in a URL is filled in, and passwords are ' +
    "hidden. Hosts are the mapped ones, Instances those in the cell's database that were not deleted. All cells are " +
    'asked at once; if one gives no answer, or the mappings can not be counted in time, its row says why, and the exit ' +
    'code is 69.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --config-file /etc/nova/nova.conf',
    '<%= config.bin %> <%= command.id %> -f json --timeout 3',
  ];
  static override output = cellList;
  static override results = [ExitCode.done, ExitCode.unavailable];
  static override flags = { ...novaSettingsFlags, ...formatFlags, ...deadlineFlag(8) };

  async run(): Promise<void> {
    const { flags } = await this.parse(CellList);
    cellList.assertColumns(flags);
    const cells = await this.askCompute(flags, ({ cellService }, deadlineMs) => cellService.list(deadlineMs));
    if (cells.some(isPartial)) this.endWith(ExitCode.unavailable);
    await cellList.print(cells, flags);
  }
}
