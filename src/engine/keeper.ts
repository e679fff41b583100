import type { Client } from '@temporalio/client';
import type { Home } from '../config/home.ts';
import { postgresSocket } from '../daemons/postgres/socket.ts';
import { watchWorker } from '../daemons/worker-daemon.ts';
import type { Announce } from '../rules/announce.ts';
import { isRefused } from '../temporal/errors.ts';
import type { RunKeeper } from '../temporal/runs.ts';
import type { HostedWorker } from '../temporal/worker.ts';
import { keepAlive } from './keep-alive.ts';
import { ensureLocalWorker } from './local-worker.ts';
import { isInHome, type Service } from './service.ts';
import type { TemporalLink } from './temporal-link.ts';

type Parts = {
  home: Home;
  /** Those whose runs are worked on. */
  services: readonly Service[];
  link: TemporalLink;
  env: NodeJS.ProcessEnv;
  announce: Announce;
};

/**
 * Keeps runs going while a command waits for them: it sees to a worker, on this machine or in this process, and starts
 * again what is embedded and dies.
 */
export class Keeper implements RunKeeper {
  readonly #parts: Parts;
  readonly #watches: { close(): void }[] = [];
  #hosted: HostedWorker | null = null;
  #isWanted = true;
  #kept: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  client = (options?: { afresh: boolean }): Promise<Client> => this.#parts.link.client(options);

  explain = (error: unknown): unknown => this.#parts.link.explain(error);

  /** True while this process hosts the only worker that is known to serve the run. */
  get hostsWorker(): boolean {
    return this.#hosted !== null;
  }

  get mayOfferWorker(): boolean {
    return !this.#hosted && !this.#parts.link.isLocal && this.#isWanted;
  }

  async offerWorker(): Promise<void> {
    this.#parts.announce('No worker has taken the run yet: this command works on it itself.');
    await this.#hostInline();
  }

  /** Hosts a worker in this process; `leave` lets what it has under way finish. */
  async host(): Promise<HostedWorker> {
    const { services, link } = this.#parts;
    const [{ hostWorker }, { readBuildId }] = await Promise.all([
      import('../temporal/worker.ts'),
      import('./build-id.ts'),
    ]);
    const [endpoint, key, buildId] = await Promise.all([link.endpoint(), link.payloadKey(), readBuildId()]);
    this.#hosted = await hostWorker({
      endpoint,
      key,
      buildId,
      serve: (steps, announce) =>
        Promise.all(services.map((service) => service.serve({ steps, announce, client: this.client }))),
    });
    return this.#hosted;
  }

  /**
   * Goes on without a worker where Temporal lets none of this process in: another one may be let in, and does the run.
   */
  async hostIfLetIn(): Promise<void> {
    if (this.#hosted) return;
    try {
      await this.#hostInline();
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#parts.announce(`This command can't work on its run itself. ${(error as Error).message}`);
    }
  }

  /** Makes sure of a worker on this machine for each service. */
  async ensureWorkers(): Promise<void> {
    await Promise.all(this.#parts.services.map((service) => this.#ensureWorker(service)));
  }

  /** Starts what is embedded, and starts it again whenever it dies. */
  keepParts(): Promise<void> {
    this.#kept ??= this.#keepParts();
    return this.#kept;
  }

  async #keepParts(): Promise<void> {
    const { home, services, link } = this.#parts;
    const embedded = services.find(isInHome);
    if (embedded)
      this.#keep(postgresSocket(home), 'PostgreSQL has died; it is started again.', async () => {
        await embedded.address();
        return postgresSocket(home);
      });
    if (!link.isLocal || this.#hosted) return;
    await Promise.all(services.map((service) => this.#keepWorker(service)));
  }

  async #keepWorker(service: Service): Promise<void> {
    const { home, announce } = this.#parts;
    const { socketPath } = await this.#ensureWorker(service);
    this.#keep(
      socketPath,
      'The worker has died; it is started again.',
      async () => (await this.#ensureWorker(service, { isRevival: true })).socketPath,
    );
    this.#watches.push(watchWorker(home, await service.target(), announce));
  }

  #ensureWorker(service: Service, options?: { isRevival: boolean }): Promise<{ socketPath: string }> {
    const { home, link, env, announce } = this.#parts;
    return ensureLocalWorker(home, service, link, env, announce, options);
  }

  /** Waits for a hosted worker to let its steps finish; from here on nothing is started again. */
  async leave(): Promise<void> {
    this.#isWanted = false;
    await this.#hosted?.stop();
  }

  async close(): Promise<void> {
    await this.leave();
    for (const watch of this.#watches) watch.close();
  }

  async #hostInline(): Promise<void> {
    const { finished } = await this.host();
    finished.catch((error: Error) => {
      this.#hosted = null;
      this.#parts.announce(`The worker of this command has stopped. ${error.message}`);
    });
  }

  #keep(socketPath: string, notice: string, revive: () => Promise<string>): void {
    const isWanted = () => this.#isWanted;
    this.#watches.push(keepAlive({ socketPath, notice, revive, isWanted }, this.#parts.announce));
  }
}
