import { type Home, resolveHome } from '../config/home.ts';
import { loadIdentitySettings } from '../config/identity-settings.ts';
import { isRunning } from '../daemons/daemon.ts';
import { listParts, stopParts } from '../daemons/parts.ts';
import { uiLink } from '../daemons/temporal-server/server.ts';
import type { Announce } from '../rules/announce.ts';
import { RuleError } from '../rules/errors.ts';
import type { Part } from '../rules/part.ts';
import type { RunAdmin } from '../temporal/run-admin.ts';
import type { Runs } from '../temporal/runs.ts';
import { Identity } from './identity.ts';
import { Keeper } from './keeper.ts';
import { TemporalLink } from './temporal-link.ts';

type Flags = Parameters<typeof loadIdentitySettings>[0];
export type EngineOptions = {
  flags: Flags;
  env: NodeJS.ProcessEnv;
  announce: Announce;
  /** A statement waits at most so long for a lock that somebody else holds. */
  lockSeconds?: number | undefined;
};

/**
 * Makes sure that what a command needs is there, and no more: PostgreSQL, Temporal, a worker, each embedded unless the
 * settings point elsewhere. Nowhere else are the parts put together. Whoever makes one closes it.
 */
export class Engine {
  readonly home: Home;
  readonly identity: Identity;
  readonly #link: TemporalLink;
  readonly #keeper: Keeper;
  #closing: Promise<void> | null = null;

  constructor({ flags, env, announce, lockSeconds }: EngineOptions) {
    const settings = loadIdentitySettings(flags, env);
    const home = resolveHome(env);
    this.home = home;
    this.identity = new Identity(settings, home, announce, lockSeconds);
    this.#link = new TemporalLink(home, env, announce);
    this.#keeper = new Keeper({ home, identity: this.identity, link: this.#link, env, announce });
  }

  /**
   * Makes sure of everything that runs need. `inline` hosts a worker here at once instead of waiting for another one.
   */
  async runs({ inline }: { inline: boolean }): Promise<Runs> {
    const target = await this.identity.target();
    const [{ Runs }] = await Promise.all([
      import('../temporal/runs.ts'),
      this.#link.client(),
      inline && this.#keeper.hostIfLetIn(),
    ]);
    await this.#keeper.keepParts();
    return new Runs(target, this.#keeper);
  }

  /** Gives what looks at runs and ends them; no worker is started for it. */
  async runAdmin(): Promise<RunAdmin> {
    const { RunAdmin } = await import('../temporal/run-admin.ts');
    return new RunAdmin(await this.#link.client());
  }

  /** Puts an error of Temporal's into an operator's words; any other one stays as it is. */
  explain = (error: unknown): unknown => this.#link.explain(error);

  /** Works on runs until `leave`. It listens at the socket meanwhile, by which others see that it lives. */
  async work(socketPath: string | null, onReady: () => void): Promise<void> {
    const { assertUsable, listenAlive } = await import('../daemons/worker-socket.ts');
    if (socketPath) assertUsable(socketPath);
    const { finished } = await this.#keeper.host();
    const close = socketPath ? await listenAlive(socketPath) : () => {};
    onReady();
    await finished.finally(close);
  }

  /** True while this process hosts the only worker that is known to serve the run. */
  get hostsWorker(): boolean {
    return this.#keeper.hostsWorker;
  }

  /** Lists the processes of this home, running or not. */
  parts(): Part[] {
    return listParts(this.home);
  }

  /** Starts whatever is embedded under the present settings. */
  async up(options: { ui: boolean }): Promise<{ uiAddress: string | null }> {
    await this.identity.address();
    if (!this.#link.isLocal) return { uiAddress: null };
    const temporal = await this.#link.local(options);
    await this.#keeper.ensureWorker();
    return { uiAddress: options.ui ? await uiLink(temporal) : null };
  }

  /** Stops every part of this home. Refused while runs are open, unless by force. */
  async down({ force }: { force: boolean }): Promise<void> {
    if (!force && isRunning(this.home, 'temporal')) await this.#assertIdle();
    await stopParts(this.home);
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  /** Waits for a hosted worker only, in a process that is about to exit: the kernel closes everything else. */
  leave(): Promise<void> {
    this.#closing ??= this.#keeper.leave();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    await this.#keeper.close();
    await Promise.all([this.identity.close(), this.#link.close()]);
  }

  /** Counts the open runs of the local Temporal, since that is what is stopped, wherever the settings point. */
  async #assertIdle(): Promise<void> {
    const { RunAdmin } = await import('../temporal/run-admin.ts');
    const client = await this.#link.localClient();
    const open = await new RunAdmin(client).countOpen().finally(() => client.connection.close());
    if (open === 0) return;
    const list = `\`keyward workflow list --all\`${this.#link.isLocal ? '' : ' (without TEMPORAL_* variables)'}`;
    throw new RuleError(
      'RunsOpen',
      `${open} ${open === 1 ? 'run is' : 'runs are'} still open; nothing was stopped.`,
      { cure: `See ${list}; wait for them, or stop with \`keyward down --force\`.` },
    );
  }
}
