import { type ComputeHostChoice, computeHostOf } from '../config/compute-host.ts';
import { type Home, resolveHome } from '../config/home.ts';
import { loadComputeSettings } from '../config/compute-settings.ts';
import { loadIdentityBeside, loadIdentitySettings } from '../config/identity-settings.ts';
import type { Given, Serves } from '../config/service-database.ts';
import { isRunning } from '../daemons/daemon.ts';
import { listParts, stopParts } from '../daemons/parts.ts';
import { uiLink } from '../daemons/temporal-server/server.ts';
import { patienceFor, withinMs } from '../database/patience.ts';
import type { Announce } from '../rules/announce.ts';
import { RuleError } from '../rules/errors.ts';
import type { Part } from '../rules/part.ts';
import type { Configurations } from '../rules/remedy.ts';
import type { ServiceName } from '../rules/service.ts';
import type { RunAdmin } from '../temporal/run-admin.ts';
import type { Runs } from '../temporal/runs.ts';
import { Compute } from './compute.ts';
import { Identity } from './identity.ts';
import { Keeper } from './keeper.ts';
import {
  assertApart,
  isInHome,
  namedAmong,
  type Service,
  servicesInUse,
  type Surroundings,
} from './service.ts';
import { TemporalLink } from './temporal-link.ts';

export type EngineOptions = {
  /** The services that the command is about, or may be about. */
  services: readonly ServiceName[];
  /** What the flags say of their configuration, and for which of the services. */
  flags: Given;
  serves: Serves;
  env: NodeJS.ProcessEnv;
  announce: Announce;
  waits?: Waits;
  /** What flags say of the servers of this host. */
  computeHost?: Partial<ComputeHostChoice>;
};

/**
 * How long a database may keep a command waiting: with `lockSeconds` for a lock that somebody else holds, with
 * `deadlineSeconds` for anything, since an answer that comes later is of no use.
 */
export type Waits = { lockSeconds?: number | undefined; deadlineSeconds?: number };

/**
 * Makes sure that what a command needs is there, and no more: PostgreSQL, Temporal, a worker, each embedded unless the
 * settings point elsewhere. Nowhere else are the parts put together. Whoever makes one closes it.
 */
export class Engine {
  readonly home: Home;
  readonly services: readonly Service[];
  readonly #at: Surroundings;
  #identity: Identity | null;
  readonly #compute: Compute | null;
  readonly #options: EngineOptions;
  readonly #link: TemporalLink;
  readonly #keepers = new Map<string, Keeper>();
  #closing: Promise<void> | null = null;

  constructor(options: EngineOptions) {
    const { services, flags, serves, env, announce, waits = {} } = options;
    const [identity, compute] = [
      services.includes('identity') ? loadIdentitySettings(flags, env, serves) : null,
      services.includes('compute') ? loadComputeSettings(flags, env, serves) : null,
    ];
    const home = resolveHome(env);
    const { lockSeconds, deadlineSeconds } = waits;
    const patience =
      deadlineSeconds === undefined ? patienceFor(lockSeconds) : withinMs(deadlineSeconds * 1000);
    const at = { home, env, announce, patience, computeHost: computeHostOf(options.computeHost ?? {}, env) };
    this.home = home;
    this.#at = at;
    this.#options = options;
    this.#identity = identity && new Identity(identity, at);
    this.#compute = compute && new Compute(compute, at);
    this.services = [this.#identity, this.#compute].filter((service) => service !== null);
    this.#link = new TemporalLink(home, env, announce);
  }

  get identity(): Identity {
    return spokenOf(this.#identity);
  }

  get compute(): Compute {
    return spokenOf(this.#compute);
  }

  /**
   * The identity service in which a command on Nova alone looks up who acts; its settings are read when that is asked.
   * Null where nothing names its database. It is none of `services`: no run belongs to it, and no worker serves it.
   */
  identityBeside(): Identity | null {
    const { flags, env } = this.#options;
    const settings = this.#identity ? null : loadIdentityBeside(flags, env, isInHome(this.compute));
    if (settings) this.#identity = new Identity(settings, this.#at);
    return this.#identity;
  }

  /** The configuration of each service that was asked for. */
  get configurations(): Configurations {
    return {
      ...(this.#identity && { identity: this.#identity.settings }),
      ...(this.#compute && { compute: this.#compute.settings }),
    };
  }

  /** Gives those of its services that are named; the first one where none is. */
  named(): Service[] {
    const named = namedAmong(this.services);
    return named.length > 0 ? named : this.services.slice(0, 1);
  }

  /** Chooses among the services that the command may be about. */
  inUse = (): Promise<Service[]> => servicesInUse(this.services);

  /**
   * Makes sure of everything that runs of these services need; a run belongs to the first one's target. `inline` hosts
   * a worker here at once instead of waiting for another one.
   */
  async runs(services: readonly Service[], { inline }: { inline: boolean }): Promise<Runs> {
    await assertApart(services);
    const keeper = this.#keeperFor(services);
    const target = await services[0]!.target();
    const [{ Runs }] = await Promise.all([
      import('../temporal/runs.ts'),
      this.#link.client(),
      inline && keeper.hostIfLetIn(),
    ]);
    await keeper.keepParts();
    return new Runs(target, keeper);
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
    const services = await this.inUse();
    await assertApart(services);
    const { finished } = await this.#keeperFor(services).host();
    const close = socketPath ? await listenAlive(socketPath) : () => {};
    onReady();
    await finished.finally(close);
  }

  /** True while this process hosts the only worker that is known to serve the run. */
  get hostsWorker(): boolean {
    return [...this.#keepers.values()].some((keeper) => keeper.hostsWorker);
  }

  /** Lists the processes of this home, running or not. */
  parts(): Part[] {
    return listParts(this.home);
  }

  /** Starts whatever is embedded under the present settings. */
  async up(options: { ui: boolean }): Promise<{ uiAddress: string | null }> {
    const services = await this.inUse();
    await Promise.all(services.map((service) => service.address()));
    await assertApart(services);
    if (!this.#link.isLocal) return { uiAddress: null };
    const temporal = await this.#link.local(options);
    await this.#keeperFor(services).ensureWorkers();
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
    this.#closing ??= this.#leaveAll();
    return this.#closing;
  }

  /** A command that starts one run after the other keeps the same parts for all of them. */
  #keeperFor(services: readonly Service[]): Keeper {
    const { env, announce } = this.#options;
    const names = services.map(({ name }) => name).join();
    const keeper =
      this.#keepers.get(names) ?? new Keeper({ home: this.home, services, link: this.#link, env, announce });
    this.#keepers.set(names, keeper);
    return keeper;
  }

  async #leaveAll(): Promise<void> {
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.leave()));
  }

  async #closeAll(): Promise<void> {
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.close()));
    await Promise.all([this.#identity?.close(), this.#compute?.close(), this.#link.close()]);
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

function spokenOf<T>(service: T | null): T {
  if (service === null) throw new Error('The command has not said that it is about this service.');
  return service;
}
