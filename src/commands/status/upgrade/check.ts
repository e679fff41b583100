import { Flags } from '@oclif/core';
import { hostname } from 'node:os';
import { EngineCommand } from '../../../cli/engine-command.ts';
import { type RunFlags, runFlags, timeoutFlag } from '../../../cli/flags/run-flags.ts';
import { suiteFlag } from '../../../cli/flags/suite-flag.ts';
import { bothSettingsFlags } from '../../../cli/flags/settings-flags.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Service } from '../../../engine/service.ts';
import { type ServiceName, serviceNames } from '../../../rules/service.ts';
import { formatFlags, type FormatOptions, formats, listFormats } from '../../../cli/flags/format-flags.ts';
import { ListOutput } from '../../../cli/output/outputs.ts';
import { renderUpgradeCheckJunit } from '../../../cli/output/upgrade-check-junit.ts';
import {
  renderRemedies,
  renderUpgradeCheckJsons,
  renderUpgradeCheckTables,
  resultWord,
} from '../../../cli/output/upgrade-check-table.ts';
import { ExitCode } from '../../../rules/errors.ts';
import {
  CheckCode,
  type SuiteOutcome,
  type Suite,
  type SuiteRequest,
  suiteNames,
  suites,
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

type PrintFlags = Omit<FormatOptions, 'format'> & {
  format: FormatOptions['format'] | 'junit';
  json: boolean;
};
type SuiteFlag = { suite?: Suite | 'all' | undefined };

export default class StatusUpgradeCheck extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Check whether a Keystone, a Nova or both are ready to be upgraded.';
  static override description =
    'Runs every check of `status upgrade list` and changes nothing. Without --suite it runs the suites whose ' +
    'configuration files or database URLs are given, or (none is given) that of Keystone. Exit code: 0 all is well, 1 a warning, 2 a ' +
    'failure, 64 wrong usage, 74 the result could not be written, 130 or 143 interrupted, 255 the checks could not ' +
    'be run. With --no-wait, 0 means started: `workflow follow` shows the result.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --config-file /etc/keystone/keystone.conf',
    '<%= config.bin %> <%= command.id %> --suite nova --nova-config-file /etc/nova/nova.conf',
    '<%= config.bin %> <%= command.id %> --suite all -f junit > upgrade.xml',
    '<%= config.bin %> <%= command.id %> --json',
    '<%= config.bin %> <%= command.id %> -f yaml',
  ];
  static override output = new ListOutput<SuiteOutcome, UpgradeCheckRow>({
    ID: ({ id }) => id,
    Check: ({ title }) => title,
    Result: resultWord,
    Details: ({ details }) => details,
    Remedy: ({ remedy }) => remedy,
  });
  static override results = Object.values(CheckCode);
  /** 0, 1 and 2 tell what the checks found, so no error may end with one of them. */
  static override errors = [ExitCode.usage];
  static override flags = {
    ...bothSettingsFlags,
    ...suiteFlag(undefined),
    ...formatFlags,
    format: formats([...listFormats, 'junit'] as const),
    json: Flags.boolean({
      description: "print keystone-status's line of JSON, one for each suite",
      exclusive: ['format', 'column'],
      helpGroup: 'OUTPUT',
    }),
    ...runFlags,
    timeout: timeoutFlag(ExitCode.bug),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(StatusUpgradeCheck);
    StatusUpgradeCheck.output.assertColumns({ ...flags, format: 'table' });
    const outcomes = await this.withEngine(flags, (engine) => this.#runSuites(engine, flags));
    if (!outcomes) return;
    // The code is set before anything is printed, since whoever reads the result may leave early.
    this.endWith(Math.max(...outcomes.map(({ code }) => code)));
    await this.#print(outcomes, flags);
  }

  /** A service whose suite is not asked for may be configured as it likes. */
  protected override servicesOf({ suite }: SuiteFlag): readonly ServiceName[] {
    return suite === undefined || suite === 'all' ? serviceNames : [suites[suite]];
  }

  async #runSuites(engine: Engine, flags: RunFlags & SuiteFlag): Promise<SuiteOutcome[] | null> {
    // Without a word about any it is Keystone's, as in older crontabs.
    const services = flags.suite === undefined ? engine.named() : engine.services;
    const each = await Promise.all(services.map(suiteRequest));
    const request: UpgradeCheckRequest = {
      target: each[0]!.target,
      requestId: this.newRequestId(),
      hostname: hostname(),
      suites: each,
    };
    const workflowId = upgradeCheckWorkflowId(request);
    const outcomes = await this.followIn(
      engine,
      flags,
      workflowId,
      'upgrade check',
      (runs, options) => runs.run('upgradeCheck', request, options),
      { services },
    );
    if (!outcomes) this.log(workflowId);
    return outcomes;
  }

  async #print(outcomes: SuiteOutcome[], { format, ...flags }: PrintFlags): Promise<void> {
    if (flags.json) return this.log(renderUpgradeCheckJsons(outcomes).join('\n'));
    if (format === 'junit') return this.log(renderUpgradeCheckJunit(outcomes));
    if (format !== 'table' || flags.column || flags['sort-column'])
      return StatusUpgradeCheck.output.print(outcomes, { ...flags, format });
    for (const table of await renderUpgradeCheckTables(outcomes)) this.log(table);
    renderRemedies(outcomes).forEach(this.announce);
  }
}

async function suiteRequest(service: Service): Promise<SuiteRequest> {
  const { configFiles, configDirs, isEmbedded, policy } = service.settings;
  const [suite] = suiteNames.filter((name) => suites[name] === service.name);
  return { suite: suite!, target: await service.target(), configFiles, configDirs, isEmbedded, policy };
}
