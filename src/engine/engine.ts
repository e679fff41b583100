import type { Client } from '@temporalio/client';
import { createHmac } from 'node:crypto';
import path from 'node:path';
import { formatDatabaseUrl } from '../config/database-url.ts';
import { patienceFor } from '../database/patience.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError } from '../rules/errors.ts';
import type { Settings } from '../rules/settings.ts';
import type { Target } from '../rules/target.ts';
import { type Home, resolveHome } from '../config/home.ts';
import { readBuildId } from './build-id.ts';
import type { HostedWorker } from '../temporal/worker.ts';
import { openIdentity, type IdentityServices } from './identity.ts';
import { isRunning } from '../daemons/daemon.ts';
import { ensurePostgres, postgresSocket } from '../daemons/postgres/server.ts';
import { targetIn } from '../daemons/postgres/server-name.ts';
import { type Announce, stopParts } from '../daemons/parts.ts';
import { ensureTemporal, type LocalTemporal, uiLink } from '../daemons/temporal-server/server.ts';
import { keepAlive } from './keep-alive.ts';
import { ensureWorker, watchWorker } from '../daemons/worker-daemon.ts';
import { loadPayloadKey, type PayloadKey } from '../temporal/payload-key.ts';
import type { RunKeeper, Runs } from '../temporal/runs.ts';
import type { TemporalEndpoint } from '../temporal/connection.ts';
import { explained, isRefused } from '../temporal/errors.ts';

const LOCAL_CONNECTS = 4;

export type EngineOptions = { settings: Settings; env: NodeJS.ProcessEnv; announce: Announce };

/**
 * Makes sure that what a command needs is there, and no more: PostgreSQL, Temporal, a worker, each embedded unless the
 * settings point elsewhere. The one place where all parts are put together. Always `close` it.
 */
export class Engine implements RunKeeper {
  readonly settings: Settings;
  readonly #env: NodeJS.ProcessEnv;
  readonly #announce: Announce;
  readonly home: Home;
  readonly #closers: (() => unknown)[] = [];
  #connected: Client | null = null;
  #connecting: Promise<Client> | null = null;
  #hosted: HostedWorker | null = null;
  #closing: Promise<void> | null = null;

  constructor({ settings, env, announce }: EngineOptions) {
    this.settings = settings;
    this.#env = env;
    this.#announce = announce;
    this.home = resolveHome(env);
  }

  /** The identity database's address; starts the embedded PostgreSQL if that is the one. */
  async address(): Promise<DatabaseAddress> {
    return this.settings.keystoneDatabase.value ?? ensurePostgres(this.home, this.#announce);
  }

  async target(): Promise<Target> {
    return targetIn(this.home, await this.address(), this.#announce);
  }

  /** `lockSeconds`: how long a statement may wait for a lock that somebody else holds. */
  async identity(lockSeconds?: number): Promise<IdentityServices> {
    const services = await openIdentity(await this.address(), {
      patience: patienceFor(lockSeconds),
      announce: this.#announce,
    });
    this.#closers.push(() => services.close());
    return services;
  }

  /** Everything that runs need. `inline` hosts a worker here at once instead of looking for another one first. */
  async runs({ inline }: { inline: boolean }): Promise<Runs> {
    const target = await this.target();
    const [{ Runs }] = await Promise.all([
      import('../temporal/runs.ts'),
      this.client(false),
      inline && this.#hostIfLetIn(),
    ]);
    if (!this.settings.keystoneDatabase.value) this.#keepPostgres();
    if (this.#worksLocally && !this.#hosted) await this.#keepWorker();
    return new Runs(target, this);
  }

  async client(afresh: boolean): Promise<Client> {
    if (afresh && this.#connected) {
      await this.#connected.connection.close().catch(() => {});
      this.#connected = null;
    }
    if (this.#connected) return this.#connected;
    this.#connecting ??= this.#connect(() => this.endpoint(), this.#worksLocally ? LOCAL_CONNECTS : 1);
    try {
      this.#connected = await this.#connecting;
      return this.#connected;
    } finally {
      this.#connecting = null;
    }
  }

  explain(error: unknown): unknown {
    const address = this.#env['TEMPORAL_ADDRESS'];
    return explained(error, this.#worksLocally ? { isLocal: true } : { isLocal: false, address });
  }

  /** A local server may die between being found and being asked; it is then looked for, and started, again. */
  async #connect(endpoint: () => Promise<TemporalEndpoint>, attempts: number): Promise<Client> {
    // Temporal's protocol definitions alone take 200 ms: not for commands that need no Temporal.
    const { connectClient } = await import('../temporal/connection.ts');
    const [at, key] = [await endpoint(), await this.payloadKey()];
    try {
      return await connectClient(at, key);
    } catch (error) {
      if (attempts <= 1) throw error;
      return this.#connect(endpoint, attempts - 1);
    }
  }

  get mayOfferWorker(): boolean {
    return !this.#hosted && !this.#worksLocally && !this.#closing;
  }

  async offerWorker(): Promise<void> {
    this.#announce('No worker has taken the run yet: this command works on it itself.');
    await this.#hostInline();
  }

  /** A worker of this process; `close` lets what it has under way finish. */
  async hostWorker(): Promise<HostedWorker> {
    const { hostWorker } = await import('../temporal/worker.ts');
    const [address, endpoint, key] = await Promise.all([this.address(), this.endpoint(), this.payloadKey()]);
    const target = await this.target();
    this.#hosted = await hostWorker({ address, endpoint, key, target });
    return this.#hosted;
  }

  /** True while this process hosts the only worker that is known to serve the run. */
  get hostsWorker(): boolean {
    return this.#hosted !== null;
  }

  async endpoint(): Promise<TemporalEndpoint> {
    if (this.settings.temporalIsExternal) return { local: null, env: this.#env };
    return this.#localEndpoint();
  }

  async #localEndpoint(): Promise<TemporalEndpoint> {
    return { local: (await this.localTemporal()).address, env: this.#env };
  }

  localTemporal(options: { ui?: boolean } = {}): Promise<LocalTemporal> {
    return ensureTemporal(this.home, this.#announce, options);
  }

  async payloadKey(): Promise<PayloadKey> {
    return loadPayloadKey(this.home.dir, this.#env);
  }

  /** Makes sure of the local worker for the settings' target. */
  async localWorker(): Promise<{ socketPath: string }> {
    const [address, key, buildId] = await Promise.all([this.address(), this.payloadKey(), readBuildId()]);
    const { address: temporal } = await this.localTemporal();
    const url = formatDatabaseUrl(address, { showPassword: true });
    const keyFile = this.#env['KEYWARD_PAYLOAD_KEY_FILE'];
    const environment = {
      ...(this.settings.keystoneDatabase.value && { KEYWARD_KEYSTONE_DATABASE_URL: url }),
      ...(keyFile && { KEYWARD_PAYLOAD_KEY_FILE: path.resolve(keyFile) }),
    };
    const fingerprint = createHmac('sha256', key.secret)
      .update(`${buildId} ${temporal} ${url}`)
      .digest('hex');
    const target = await this.target();
    const spec = { target, version: `build ${buildId}`, fingerprint, environment };
    return ensureWorker(this.home, spec, this.#announce);
  }

  /** Starts whatever is embedded under the present settings. */
  async up(options: { ui: boolean }): Promise<{ uiAddress: string | null }> {
    await this.address();
    if (!this.#worksLocally) return { uiAddress: null };
    const temporal = await this.localTemporal(options);
    await this.localWorker();
    return { uiAddress: options.ui ? await uiLink(temporal) : null };
  }

  /** Stops every part of this home. Refused while runs are open, unless by force. */
  async down({ force }: { force: boolean }): Promise<void> {
    if (!force && isRunning(this.home, 'temporal')) await this.#assertIdle();
    await stopParts(this.home);
  }

  /** Of the local Temporal, since that is what is stopped, wherever the settings point. */
  async #assertIdle(): Promise<void> {
    const { countOpenRuns } = await import('../temporal/run-admin.ts');
    const client = await this.#connect(() => this.#localEndpoint(), LOCAL_CONNECTS);
    this.#closers.push(() => client.connection.close());
    const open = await countOpenRuns(client);
    if (open === 0) return;
    throw new RuleError(
      'RunsOpen',
      `${open} ${open === 1 ? 'run is' : 'runs are'} still open; nothing was stopped.`,
      {
        cure: `See \`keyward workflow list --all\`${this.#worksLocally ? '' : ' (without TEMPORAL_* variables)'}; wait for them, or stop with \`keyward down --force\`.`,
      },
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  /** For a process that is about to exit: waits for a hosted worker only; the kernel closes everything else. */
  leave(): Promise<void> {
    this.#closing ??= Promise.resolve(this.#hosted?.stop());
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    await this.#hosted?.stop();
    await Promise.all(this.#closers.map((close) => close()));
    await this.#connected?.connection.close();
  }

  get #worksLocally(): boolean {
    return !this.settings.temporalIsExternal;
  }

  async #hostInline(): Promise<void> {
    const { finished } = await this.hostWorker();
    finished.catch((error: Error) => {
      this.#hosted = null;
      this.#announce(`The worker of this command has stopped. ${error.message}`);
    });
  }

  /** Another worker may be let in where this one is not, and does the run then. */
  async #hostIfLetIn(): Promise<void> {
    try {
      await this.#hostInline();
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#announce(`This command can't work on its run itself. ${(error as Error).message}`);
    }
  }

  /** Restarts the local worker when it dies while a command waits. */
  async #keepWorker(): Promise<void> {
    const { socketPath } = await this.localWorker();
    this.#keep(
      socketPath,
      'The worker has died; it is started again.',
      async () => (await this.localWorker()).socketPath,
    );
    const watch = watchWorker(this.home, await this.target(), this.#announce);
    this.#closers.push(() => watch.close());
  }

  #keepPostgres(): void {
    this.#keep(postgresSocket(this.home), 'PostgreSQL has died; it is started again.', async () => {
      await this.address();
      return postgresSocket(this.home);
    });
  }

  #keep(socketPath: string, notice: string, revive: () => Promise<string>): void {
    const isWanted = () => !this.#closing;
    const watch = keepAlive({ socketPath, notice, revive, isWanted }, this.#announce);
    this.#closers.push(() => watch.close());
  }
}
