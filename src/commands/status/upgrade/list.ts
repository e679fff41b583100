import { BaseCommand } from '../../../cli/base-command.ts';
import { formatFlags } from '../../../cli/flags/format-flags.ts';
import { ListOutput } from '../../../cli/output/outputs.ts';
import { ExitCode } from '../../../rules/errors.ts';
import { suiteFlag } from '../../../cli/flags/suite-flag.ts';
import { type CheckDescription, type Suite, suiteNames } from '../../../rules/upgrade-check.ts';

/** `Needs` is what the check looks at, such as database or files. */
export type UpgradeListRow = { ID: string; Check: string; Needs: string; Remedy: string; Suite: Suite };

export default class StatusUpgradeList extends BaseCommand {
  static override summary = 'List the upgrade checks and what mends each, without running them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f value -c ID',
  ];
  static override output = new ListOutput<CheckDescription & { suite: Suite }, UpgradeListRow>({
    ID: ({ id }) => id,
    Check: ({ title }) => title,
    Needs: ({ needs }) => needs.join(', '),
    Remedy: ({ remedy }) => remedy,
    Suite: ({ suite }) => suite,
  });
  static override errors = [ExitCode.usage];
  static override flags = { ...suiteFlag('all'), ...formatFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(StatusUpgradeList);
    const { describeChecks } = await import('../../../checks/registry.ts');
    const chosen = suiteNames.filter((suite) => ['all', suite].includes(flags.suite));
    const checks = chosen.map(async (suite) =>
      (await describeChecks(suite)).map((check) => ({ ...check, suite })),
    );
    await StatusUpgradeList.output.print((await Promise.all(checks)).flat(), flags);
  }
}
