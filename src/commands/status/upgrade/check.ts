import { Flags } from '@oclif/core';
import { hostname } from 'node:os';
import { EngineCommand } from '../../../cli/engine-command.ts';
import { type RunFlags, runFlags, timeoutFlag } from '../../../cli/flags/run-flags.ts';
import { settingsFlags } from '../../../cli/flags/settings-flags.ts';
import type { Engine } from '../../../engine/engine.ts';
import { formatFlags, type FormatOptions } from '../../../cli/flags/format-flags.ts';
import { ListOutput } from '../../../cli/output/outputs.ts';
import {
  renderRemedies,
  renderUpgradeCheckJson,
  renderUpgradeCheckTable,
  resultWord,
} from '../../../cli/output/upgrade-check-table.ts';
import { ExitCode } from '../../../rules/errors.ts';
import {
  CheckCode,
  type CheckOutcome,
  type UpgradeCheckRequest,
  upgradeCheckWorkflowId,
} from '../../../rules/upgrade-check.ts';

/** `Result` is Success, Warning or Failure. */
export type UpgradeCheckRow = {
  ID: string;
  Check: string;
  Result: string;
  Details: string | null;
  Remedy: string | null;
};

export default class StatusUpgradeCheck extends EngineCommand {
  static override summary = 'Check whether a Keystone is ready to be upgraded.';
  static override description =
    'Runs every check of `status upgrade list` and changes nothing. Exit code: 0 all is well, 1 a warning, 2 a ' +
    'failure, 64 wrong usage, 74 the result could not be written, 130 or 143 interrupted, 255 the checks could not ' +
    'be run. With --no-wait, 0 means started: `workflow follow` shows the result.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --config-file /etc/keystone/keystone.conf',
    '<%= config.bin %> <%= command.id %> --json',
    '<%= config.bin %> <%= command.id %> -f yaml',
  ];
  static override output = new ListOutput<CheckOutcome, UpgradeCheckRow>({
    ID: ({ id }) => id,
    Check: ({ title }) => title,
    Result: resultWord,
    Details: ({ details }) => details,
    Remedy: ({ remedy }) => remedy,
  });
  static override results = Object.values(CheckCode);
  /** What the checks found has 0, 1 and 2 to itself. */
  static override errors = [ExitCode.usage];
  static override flags = {
    ...settingsFlags,
    ...formatFlags,
    json: Flags.boolean({
      description: "print keystone-status's line of JSON",
      exclusive: ['format', 'column'],
      helpGroup: 'OUTPUT',
    }),
    ...runFlags,
    timeout: timeoutFlag(ExitCode.bug),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(StatusUpgradeCheck);
    StatusUpgradeCheck.output.assertColumns(flags);
    const outcomes = await this.withEngine(flags, (engine) => this.#runSuite(engine, flags));
    if (!outcomes) return;
    // Before printing: whoever reads the result may leave early.
    this.endWith(Math.max(...outcomes.map(({ code }) => code)));
    await this.#print(outcomes, flags);
  }

  async #runSuite(engine: Engine, flags: RunFlags): Promise<CheckOutcome[] | null> {
    const { configFiles, configDirs, isEmbedded, policy } = engine.identity.settings;
    const request: UpgradeCheckRequest = {
      target: await engine.identity.target(),
      requestId: this.newRequestId(),
      suite: 'keystone',
      hostname: hostname(),
      configFiles,
      configDirs,
      isEmbedded,
      policy,
    };
    const workflowId = upgradeCheckWorkflowId(request);
    const outcomes = await this.followIn(engine, flags, workflowId, 'upgrade check', (runs, options) =>
      runs.run('upgradeCheck', request, options),
    );
    if (!outcomes) this.log(workflowId);
    return outcomes;
  }

  async #print(outcomes: CheckOutcome[], flags: FormatOptions & { json: boolean }): Promise<void> {
    if (flags.json) return this.log(renderUpgradeCheckJson(outcomes));
    if (flags.format !== 'table' || flags.column || flags['sort-column'])
      return StatusUpgradeCheck.output.print(outcomes, flags);
    this.log(await renderUpgradeCheckTable(outcomes));
    renderRemedies(outcomes).forEach(this.announce);
  }
}
