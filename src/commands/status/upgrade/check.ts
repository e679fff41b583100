import { Flags } from '@oclif/core';
import { hostname } from 'node:os';
import {
  EngineCommand,
  type FollowFlags,
  runFlags,
  settingsFlags,
  timeoutFlag,
} from '../../../cli/engine-command.ts';
import type { Engine } from '../../../engine/engine.ts';
import { assertColumns, formatFlags, type FormatOptions, printList } from '../../../cli/output/formats.ts';
import {
  renderRemedies,
  renderUpgradeCheckJson,
  renderUpgradeCheckTable,
  resultWord,
} from '../../../cli/output/upgrade-check-table.ts';
import { ExitCode } from '../../../rules/errors.ts';
import {
  type CheckOutcome,
  type UpgradeCheckRequest,
  upgradeCheckWorkflowId,
} from '../../../rules/upgrade-check.ts';

const COLUMNS = ['ID', 'Check', 'Result', 'Details', 'Remedy'];

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
    assertColumns(COLUMNS, flags);
    const outcomes = await this.withEngine(flags, (engine) => this.#runSuite(engine, flags));
    if (!outcomes) return;
    // Before printing: whoever reads the result may leave early.
    process.exitCode = Math.max(...outcomes.map(({ code }) => code));
    await this.#print(outcomes, flags);
  }

  /** 0, 1 and 2 are what the checks found, so nothing else may end with one of them. */
  protected override exitCodeOf(error: Error): number {
    const code = super.exitCodeOf(error);
    return code === ExitCode.usage ? code : ExitCode.bug;
  }

  async #runSuite(engine: Engine, flags: FollowFlags): Promise<CheckOutcome[] | null> {
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
      return printList(outcomes.map(rowOf), COLUMNS, flags);
    this.log(await renderUpgradeCheckTable(outcomes));
    renderRemedies(outcomes).forEach(this.announce);
  }
}

const rowOf = (outcome: CheckOutcome) => ({
  ID: outcome.id,
  Check: outcome.title,
  Result: resultWord(outcome),
  Details: outcome.details,
  Remedy: outcome.remedy,
});
