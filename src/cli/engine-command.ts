import { randomUUID } from 'node:crypto';
import { BaseCommand } from './base-command.ts';
import { type BulkTask, doEach } from './bulk.ts';
import type { RunFlags } from './flags/run-flags.ts';
import type { BothSettingsFlags, SettingsFlags } from './flags/settings-flags.ts';
import type { Progress } from './output/progress.ts';
import { renderError } from './output/render-error.ts';
import { ExitCode, RuleError } from '../rules/errors.ts';
import type { Requester } from '../rules/requester.ts';
import type { Engine, EngineOptions, Waits } from '../engine/engine.ts';
import type { IdentityServices } from '../engine/identity.ts';
import type { Service } from '../engine/service.ts';
import type { Settling } from '../engine/settle-run.ts';
import { requesterOf } from '../engine/requester.ts';
import type { ServiceName } from '../rules/service.ts';
import type { Actor } from '../services/audit/audit-writer.ts';
import { cureWithConfiguration } from '../rules/remedy.ts';
import type { RunOptions, Runs } from '../temporal/runs.ts';

type Told = Waits & {
  services?: readonly ServiceName[];
  computeHost?: EngineOptions['computeHost'];
};
/** A run is of the first of the services. `settling` is how the database is asked after it. */
type Following<T> = { services?: readonly Service[]; settling?: Settling<NonNullable<T>> };
type StartRun<T> = (runs: Runs, options: RunOptions) => Promise<T>;

/** A command that needs the engine: what it asks for is opened for it, and always closed. */
export abstract class EngineCommand extends BaseCommand {
  /** The services that it is about, or (of several) may be about. */
  static services: readonly ServiceName[] = ['identity'];
  /** Whether the run that it follows is one that it asked for. */
  protected startsRun = true;
  /** Set while a run is followed. */
  protected followedRun: string | null = null;
  /** Whether that run is known to exist; before, Temporal may have been asked to start it. */
  #isRunKnown = false;
  #progress: Progress | null = null;
  #engine: Engine | null = null;

  /** `services` are those that the command was told to be about: the configuration of another one is not read. */
  protected async withEngine<T>(
    flags: BothSettingsFlags,
    use: (engine: Engine) => Promise<T>,
    { services = this.servicesOf(flags), computeHost, ...waits }: Told = {},
  ): Promise<T> {
    const { Engine } = await import('../engine/engine.ts');
    const each = new Set(services).size > 1 ? 'both' : 'chosen';
    const engine = new Engine({
      services,
      flags,
      serves: 'nova-config-file' in this.ctor.flags ? each : 'one',
      env: process.env,
      announce: this.announce,
      waits,
      ...(computeHost && { computeHost }),
    });
    this.#engine = engine;
    const detach = this.#detachOnSignal(engine);
    try {
      return await use(engine);
    } catch (error) {
      throw this.configured(engine.explain(error));
    } finally {
      detach();
      await engine.close();
    }
  }

  /** Gives the services that the command is about with these flags. */
  protected servicesOf(_flags: object): readonly ServiceName[] {
    return (this.constructor as typeof EngineCommand).services;
  }

  /** Gives the error with cures that reach the database that this command was about. */
  protected configured<T>(error: T): T {
    if (!(error instanceof RuleError)) return error;
    return Object.assign(error, { cure: this.configuredText(error.cure) });
  }

  /** Does the same for the commands that a text names. */
  protected configuredText = (text: string): string =>
    cureWithConfiguration(text, this.#engine?.configurations ?? {});

  /** Does the work for each name in turn, and tells what failed, which makes the exit code 1. */
  protected doEach(task: BulkTask, work: (name: string) => Promise<void>): Promise<void> {
    return doEach(task, work, (name, error) =>
      this.announce(`${name}: ${renderError(this.configured(error))}`),
    );
  }

  /** Opens the services of the identity database, without Temporal. */
  protected withIdentity<T>(
    flags: SettingsFlags,
    use: (services: IdentityServices) => Promise<T>,
  ): Promise<T> {
    return this.withEngine(flags, async (engine) => use(await engine.identity.services()));
  }

  /** Follows what `start` starts or joins, with progress on stderr. */
  protected async followIn<T>(
    engine: Engine,
    flags: RunFlags,
    workflowId: string,
    title: string,
    start: StartRun<T>,
    { services = engine.services, settling }: Following<T> = {},
  ): Promise<T> {
    const [{ openProgress }, runs] = await Promise.all([
      import('./output/progress.ts'),
      engine
        .runs(services, { inline: flags.inline ?? false })
        .catch((error: unknown) => this.#neverStarted(error)),
    ]);
    const progress = await openProgress(title);
    this.followedRun = workflowId;
    this.#progress = progress;
    try {
      const wait = !flags['no-wait'];
      const result = await start(runs, {
        workflowId,
        wait,
        timeoutSeconds: flags.timeout,
        onEvent: (event) => {
          this.#isRunKnown ||= event.kind !== 'waiting';
          progress.onEvent(event);
        },
      });
      await progress.finish('done');
      return result;
    } catch (error) {
      await progress.finish('failed');
      // From here on nobody says that the run goes on.
      this.followedRun = null;
      const { settleRun, settlingOfBootstrap } = await import('../engine/settle-run.ts');
      const ofBootstrap = settlingOfBootstrap(workflowId, () => engine.identity.services());
      const result = await settleRun(workflowId, error, {
        isOwn: this.startsRun,
        settling: settling ?? (ofBootstrap as Settling<NonNullable<T>> | null),
      });
      this.announce('Note: the run gave no result, but the database has it: what was asked for is done.');
      return result;
    } finally {
      this.followedRun = null;
    }
  }

  #neverStarted(error: unknown): never {
    throw error instanceof RuleError && this.startsRun ? error.leaving('unchanged') : error;
  }

  protected newRequestId = (): string => randomUUID();

  protected requester = (): Requester => requesterOf(process.env);

  /** Says who changes something by this command, under a request of its own. */
  protected newActor = (): Actor => ({
    requestId: this.newRequestId(),
    operation: this.id!.replaceAll(':', ' '),
    requester: this.requester(),
  });

  protected exitCodeAfter = (signal: NodeJS.Signals): number =>
    signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;

  /** Ctrl-C and SIGTERM end the command, never the run; a second one does not wait for what is under way. */
  #detachOnSignal(engine: Engine): () => void {
    let isLeaving = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (isLeaving) {
        detach();
        process.kill(process.pid, signal);
        return;
      }
      // The listener stays: a signal that comes just then would be lost, and whoever else listens (to show the cursor
      // again) would end the process on finding itself alone.
      isLeaving = true;
      void this.#leave(engine).finally(() => process.exit(this.exitCodeAfter(signal)));
    };
    const detach = () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    return detach;
  }

  async #leave(engine: Engine): Promise<void> {
    const farewell = this.farewell(engine);
    await this.#progress?.finish('left');
    if (farewell) this.announce(this.configuredText(farewell));
    await engine.leave();
  }

  /** Says what a signal leaves behind; null where that is nothing. */
  protected farewell(engine: Engine): string | null {
    if (!this.followedRun) return null;
    if (!this.#isRunKnown)
      return `It is not known whether the run was started: \`keyward workflow follow ${this.followedRun}\` tells.`;
    const state = engine.hostsWorker ? 'Paused' : 'Detached; the run goes on';
    return `${state}: \`keyward workflow follow ${this.followedRun}\` ${engine.hostsWorker ? 'resumes' : 'shows'} it.`;
  }
}
