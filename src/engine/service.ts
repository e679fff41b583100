import type { ComputeHostChoice } from '../config/compute-host.ts';
import type { Home } from '../config/home.ts';
import type { Patience } from '../database/patience.ts';
import type { Announce } from '../rules/announce.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { UsageError } from '../rules/errors.ts';
import type { ServiceName } from '../rules/service.ts';
import type { ServiceSettings } from '../rules/settings.ts';
import type { Target } from '../rules/target.ts';
import type { TemporalDoor } from '../temporal/patient-calls.ts';
import type { Served } from '../temporal/worker.ts';

/** What a process gives each of its services. */
export type Surroundings = {
  home: Home;
  env: NodeJS.ProcessEnv;
  announce: Announce;
  /** How long a database may keep it waiting. */
  patience: Patience;
  /** What a worker does on this host. */
  computeHost: ComputeHostChoice;
};

/** What a worker's steps are done with, of which `steps` may be under way at once. */
export type Work = {
  steps: number;
  announce: Announce;
  /** Connects to Temporal, for what starts runs itself. */
  client: TemporalDoor['client'];
};

/** A service as the rest of the engine uses it, whichever it is. */
export type Service = {
  readonly name: ServiceName;
  readonly settings: ServiceSettings;
  /** Gives the address of its main database; an embedded PostgreSQL that is down is started. */
  address(): Promise<DatabaseAddress>;
  target(): Promise<Target>;
  /** Tells whether its databases are made already; those that a configuration names are taken to be. */
  isThere(): Promise<boolean>;
  /** Gives the variables by which a local worker reaches the same databases; they hold passwords. */
  workerEnvironment(): Promise<NodeJS.ProcessEnv>;
  /** Opens what a worker does for it: the steps of its runs. */
  serve(work: Work): Promise<Served>;
  close(): Promise<void>;
};

/** Something that is opened by its first use and then shared; what could not be opened once may be later. */
export class Shared<T extends { close(): Promise<void> }> {
  readonly #open: () => Promise<T>;
  #opened: Promise<T> | null = null;

  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  get(): Promise<T> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null);
    await opened?.close();
  }
}

/** True if its databases are in the PostgreSQL that this home runs. */
export const isInHome = ({ settings }: Pick<Service, 'settings'>): boolean =>
  settings.database.value === null;

/** Gives those whose configuration files or database the operator named. */
export const namedAmong = (services: readonly Service[]): Service[] =>
  services.filter(
    (service) =>
      !isInHome(service) || service.settings.configFiles.length + service.settings.configDirs.length > 0,
  );

/**
 * Chooses the services that a command is about which could be about several: those that are named, or (nothing is
 * named) those that the embedded PostgreSQL has. The first one is there without further ado.
 */
export async function servicesInUse(services: readonly Service[]): Promise<Service[]> {
  const named = namedAmong(services);
  if (named.length > 0) return named;
  const [first, ...others] = services;
  const there = await Promise.all(others.map((service) => service.isThere()));
  return [first!, ...others.filter((_, at) => there[at])];
}

/** Refuses two services of one database: that is a mistake, and each would replace the other's worker for ever. */
export async function assertApart(services: readonly Service[]): Promise<void> {
  if (services.length < 2) return;
  const targets = await Promise.all(services.map((service) => service.target()));
  if (new Set(targets).size === targets.length) return;
  const named = services.map(({ name, settings }) => `${name}'s by ${settings.database.origin}`);
  throw new UsageError(
    `One database is named for several services: ${named.join(', ')}.`,
    'Name the database of each.',
  );
}
