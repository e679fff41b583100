import path from 'node:path';
import { API_DATABASE } from '../config/compute-settings.ts';
import { cell0Url, cellAddress, fillDatabaseUrl, fillTransportUrl, maskUrl } from '../config/cell-urls.ts';
import { formatDatabaseUrl } from '../config/database-url.ts';
import { CELL_VARIABLE } from '../config/service-database.ts';
import { createDatabases, databasesThere, embeddedAddress } from '../daemons/postgres/databases.ts';
import { ensurePostgres } from '../daemons/postgres/server.ts';
import { targetIn } from '../daemons/postgres/server-name.ts';
import type { CellAddress } from '../database/cells.ts';
import { STEP_PATIENCE } from '../database/patience.ts';
import { HomeImages } from '../drivers/images/home-images.ts';
import { NO_TRANSPORT } from '../rules/compute/cell.ts';
import type { ComputeSettings } from '../rules/compute/settings.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError } from '../rules/errors.ts';
import type { Setting } from '../rules/settings.ts';
import type { Target } from '../rules/target.ts';
import type { CellUrls } from '../services/compute/cell-service.ts';
import type { WantedCell } from '../services/compute/cell-sync.ts';
import type { Served } from '../temporal/worker.ts';
import { type ComputeServices, openCompute } from './open-compute.ts';
import { isInHome, type Service, Shared, type Surroundings, type Work } from './service.ts';

/** Nova's databases in the embedded PostgreSQL; a cell that is made later has one of its own. */
const API = 'nova_api';
const EMBEDDED = [API, 'nova_cell0', 'nova_cell1'];

/** Matches the variables of what a worker's checks read of nova.conf, and of what it does on its host. */
const TOLD =
  /^(OS_(PLACEMENT|CINDER|SERVICE_USER)__[A-Z0-9_]+|KEYWARD_(COMPUTE_DRIVER|COMPUTE_CELL|FAKE_COMPUTE))$/;

/** The compute service as one process uses it: it knows where the databases are, and opens the services once. */
export class Compute implements Service {
  readonly name = 'compute';
  readonly settings: ComputeSettings;
  /** The images of this host. */
  readonly images: HomeImages;
  readonly #at: Surroundings;
  readonly #services = new Shared<ComputeServices>(() => this.#open());

  constructor(settings: ComputeSettings, at: Surroundings) {
    this.settings = settings;
    this.#at = at;
    this.images = new HomeImages(path.join(at.home.dir, 'images'));
  }

  /** The embedded database may be missing until `db sync compute` makes it. */
  async address(): Promise<DatabaseAddress> {
    const { value } = this.settings.database;
    if (value) return value;
    await ensurePostgres(this.#at.home, this.#at.announce);
    return embeddedAddress(this.#at.home, API);
  }

  async target(): Promise<Target> {
    return targetIn(this.#at.home, await this.address(), this.#at.announce);
  }

  async isThere(): Promise<boolean> {
    if (!isInHome(this)) return true;
    await ensurePostgres(this.#at.home, this.#at.announce);
    return (await databasesThere(this.#at.home, [API])).length > 0;
  }

  /** Makes the embedded databases that are missing. */
  async makeDatabases(): Promise<void> {
    await this.address();
    await createDatabases(this.#at.home, EMBEDDED);
  }

  /** Gives the URL from which cells' templates are filled in: Nova's `[database] connection`, or the embedded one. */
  get cellBase(): Setting<string | null> {
    if (!isInHome(this)) return this.settings.cellBase;
    const url = formatDatabaseUrl(embeddedAddress(this.#at.home, API), {
      showPassword: true,
      driver: 'psycopg2',
    });
    return { value: url, origin: 'the embedded PostgreSQL' };
  }

  /**
   * Lists the cells that a cloud can't do without. Beside a Nova that is cell0, in the database that nova-manage gives
   * it (`nova/cmd/manage.py`, map_cell0); alone a first cell as well. Embedded ones are templates, so that a moved home
   * finds them.
   */
  wantedCells(): WantedCell[] {
    const { value, origin } = this.settings.cellBase;
    if (!isInHome(this))
      return [wanted('cell0', () => (value === null ? unknownDatabase() : cell0Url({ value, origin })))];
    return ['cell0', 'cell1'].map((name) => wanted(name, () => embeddedCell(name)));
  }

  get urls(): CellUrls {
    return {
      fillDatabase: (stored, cell) => fillDatabaseUrl(stored, this.cellBase, cell),
      fillTransport: (stored, cell) => fillTransportUrl(stored, this.settings.transportBase, cell),
      mask: maskUrl,
    };
  }

  addressOf: CellAddress = (cell) => cellAddress(cell.databaseConnection, this.cellBase, cell, this.#at.env);

  /** Options of nova.conf that the command's environment sets go along, since the worker's checks read them. */
  async workerEnvironment(): Promise<NodeJS.ProcessEnv> {
    const { database, cellBase } = this.settings;
    const told = {
      ...this.settings.notifications.variables(),
      ...Object.fromEntries(Object.entries(this.#at.env).filter(([name]) => TOLD.test(name))),
    };
    if (database.value === null) return told;
    return {
      ...told,
      [API_DATABASE.variable]: formatDatabaseUrl(database.value, { showPassword: true }),
      ...(cellBase.value !== null && { [CELL_VARIABLE]: cellBase.value }),
    };
  }

  async serve({ steps: poolSize, announce, client }: Work): Promise<Served> {
    const { home, env, computeHost: choice } = this.#at;
    const { notifications } = this.settings;
    const [{ workOnCompute }, target, address] = await Promise.all([
      import('./compute-worker.ts'),
      this.target(),
      this.address(),
    ]);
    const options = { patience: STEP_PATIENCE, poolSize, announce };
    const services = await openCompute(address, this.addressOf, this.urls, options);
    const { images } = this;
    const about = { target, services, home, images, env, announce, client, notifications, choice };
    return workOnCompute({ ...about, isHostByDefault: isInHome(this) });
  }

  services = (): Promise<ComputeServices> => this.#services.get();

  close = (): Promise<void> => this.#services.close();

  async #open(): Promise<ComputeServices> {
    const { patience, announce } = this.#at;
    return openCompute(await this.address(), this.addressOf, this.urls, { patience, announce });
  }
}

/** Gives the template by which an embedded cell is mapped; a home that moves takes its cells along. */
export const embeddedCell = (name: string): string => `{scheme}://{username}@/nova_${name}?{query}`;

const wanted = (name: string, databaseConnection: () => string): WantedCell => ({
  name,
  transportUrl: NO_TRANSPORT,
  databaseConnection,
  isCell0: name === 'cell0',
});

function unknownDatabase(): never {
  throw new RuleError('CellDatabaseUnknown', 'cell0 is not mapped, and nothing says where its database is.', {
    cure: 'Set [database] connection in nova.conf, or KEYWARD_NOVA_DATABASE_URL, and repeat the command.',
    outcome: 'unchanged',
  });
}
