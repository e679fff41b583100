import { ComputeCommand, deadlineFlag } from '../../cli/compute-command.ts';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { novaSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { cellFindings } from '../../cli/output/cell-views.ts';
import { ExitCode } from '../../rules/errors.ts';

export default class CellVerify extends ComputeCommand {
  static override summary =
    "Compare Nova's cells with the API database's mappings, and tell what mends each difference.";
  static override description =
    'Finds cells that can not be reached, have another revision or share a database; hosts in two cells or without a ' +
    'mapping; instances without a mapping, and mappings without an instance. It changes nothing. Exit code: 0 nothing ' +
    'is wrong, 1 something is, 69 a cell gave no answer, of which nothing is known; what was found in the others is ' +
    'printed then too.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --config-file /etc/nova/nova.conf',
    '<%= config.bin %> <%= command.id %> -f json --timeout 20',
  ];
  static override output = cellFindings;
  static override results = [ExitCode.done, ExitCode.refused, ExitCode.unavailable];
  static override flags = { ...novaSettingsFlags, ...formatFlags, ...deadlineFlag(60) };

  async run(): Promise<void> {
    const { flags } = await this.parse(CellVerify);
    cellFindings.assertColumns(flags);
    const { findings, unasked, asked } = await this.askCompute(flags, ({ cellVerifier }, deadlineMs) =>
      cellVerifier.verify(deadlineMs),
    );
    if (unasked.length > 0) this.endWith(ExitCode.unavailable);
    else if (findings.length > 0) this.endWith(ExitCode.refused);
    if (findings.length === 0 && flags.format === 'table')
      return this.log(`Nothing is wrong with the ${asked.length} cells.`);
    const configured = findings.map((finding) => ({ ...finding, cure: this.configuredText(finding.cure) }));
    await cellFindings.print(configured, flags);
  }
}
