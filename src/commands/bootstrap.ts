import { EngineCommand } from '../cli/engine-command.ts';
import { runFlags } from '../cli/flags/run-flags.ts';
import { settingsFlags } from '../cli/flags/settings-flags.ts';
import type { Engine } from '../engine/engine.ts';
import { asOclifReads, bootstrapFlags, given } from '../cli/flags/bootstrap-flags.ts';
import { choosePassword, type ChosenPassword, planDryRun } from '../cli/prompts/bootstrap-password.ts';
import { bootstrapOutput, printBootstrapReport } from '../cli/output/bootstrap-report.ts';
import { cacheWarning } from '../cli/output/cache-warning.ts';
import { formatFlags } from '../cli/flags/format-flags.ts';
import { assertWithinLimits } from '../rules/identity/bootstrap/limits.ts';
import {
  type BootstrapReport,
  type BootstrapRequest,
  bootstrapWorkflowId,
} from '../rules/identity/bootstrap/request.ts';
import { ExitCode } from '../rules/errors.ts';

type Flags = Awaited<ReturnType<Bootstrap['parseFlags']>>;

export default class Bootstrap extends EngineCommand {
  static override summary =
    "Create or repair a cloud's identity: admin user, project, roles, grants and catalog.";
  static override description =
    'Does what `keystone-manage bootstrap` does, planned first and applied in one transaction. A repeat with nothing to do ' +
    'changes nothing. An existing user keeps its password unless another one is given. Unlike upstream, a flag beats its ' +
    'variable, a password is needed only to create the user, and --immutable-roles reaches existing roles too.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --generate-password=admin.txt --bootstrap-region-id RegionOne --bootstrap-public-url https://keystone.example:5000/v3',
    'pass show keystone | <%= config.bin %> <%= command.id %> --bootstrap-password-stdin',
    '<%= config.bin %> <%= command.id %> --immutable-roles --dry-run',
  ];
  static override output = bootstrapOutput;
  static override results = [ExitCode.done, ExitCode.wouldChange];
  static override flags = { ...bootstrapFlags, ...settingsFlags, ...runFlags, ...formatFlags };

  async run(): Promise<void> {
    const flags = await this.parseFlags();
    bootstrapOutput.assertColumns(flags);
    const password = await choosePassword(flags, this.announce);
    await this.withEngine(flags, async (engine) => {
      const wanted = this.#wanted(engine, flags, password);
      assertWithinLimits(wanted);
      const request = { ...wanted, target: await engine.identity.target() };
      if (flags['dry-run']) return this.#plan(engine, request, flags);
      const report = await this.#bootstrap(engine, request, flags, password);
      if (report) await printBootstrapReport(report, flags);
      else this.log(bootstrapWorkflowId(request));
    });
  }

  async parseFlags() {
    return (await this.parse(Bootstrap, asOclifReads(this.argv))).flags;
  }

  async #plan(engine: Engine, request: BootstrapRequest, flags: Flags): Promise<void> {
    const report = await planDryRun(engine.identity, request, this.announce);
    if (report.changes.length > 0) this.endWith(ExitCode.wouldChange);
    await printBootstrapReport(report, flags);
  }

  async #bootstrap(
    engine: Engine,
    request: BootstrapRequest,
    flags: Flags,
    password: ChosenPassword,
  ): Promise<BootstrapReport | null> {
    await password.ensureFor(engine.identity, request);
    const id = bootstrapWorkflowId(request);
    const report = await password.during(() =>
      this.followIn(engine, flags, id, 'bootstrap', (runs, options) =>
        runs.run('bootstrap', request, options),
      ),
    );
    password.finish(report);
    const warning = report?.changes.length ? cacheWarning(engine.identity.settings) : null;
    if (warning) this.announce(warning);
    return report;
  }

  /** All that is known before anything is started. */
  #wanted(engine: Engine, flags: Flags, password: ChosenPassword): Omit<BootstrapRequest, 'target'> {
    const mutable = flags['no-immutable-roles'] ? 'mutable' : 'default';
    return {
      requestId: this.newRequestId(),
      requester: this.requester(),
      username: given(flags, 'username') ?? 'admin',
      password: password.value,
      passwordForNewUserOnly: password.isGenerated,
      projectName: given(flags, 'project-name') ?? 'admin',
      roleName: given(flags, 'role-name') ?? 'admin',
      serviceName: given(flags, 'service-name') ?? 'keystone',
      publicUrl: given(flags, 'public-url'),
      internalUrl: given(flags, 'internal-url'),
      adminUrl: given(flags, 'admin-url'),
      regionId: given(flags, 'region-id'),
      roleImmutability: flags['immutable-roles'] ? 'immutable' : mutable,
      defaultDomainId: engine.identity.settings.defaultDomainId.value,
      passwordHashing: engine.identity.settings.passwordHashing.value,
    };
  }
}
