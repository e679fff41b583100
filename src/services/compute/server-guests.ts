import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { findMappings } from '../../database/nova-api/instance-mappings.ts';
import { findDeleted } from '../../database/nova-cell/instances.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import type { ComputeDriver } from '../../drivers/compute/driver.ts';
import { deletedMeanwhile } from '../../rules/compute/lost-server.ts';
import { RuleError, Transient } from '../../rules/errors.ts';

type Placed = { uuid: string; server: { cell: string } };

/** The guests on this worker's host: what the compute driver made of servers. */
export class ServerGuests {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #driver: ComputeDriver | null;

  /** `driver` is null in a worker that runs no servers. */
  constructor(database: Database, cells: Cells, driver: ComputeDriver | null) {
    this.#database = database;
    this.#cells = cells;
    this.#driver = driver;
  }

  /** Lays down a server's guest. */
  async spawn({ uuid, server: { cell } }: Placed): Promise<void> {
    const database = this.#cells.database(await this.#cells.find(cell));
    const server = await database.read((em) => findServer(em, uuid));
    if (!server || server.isDeleted) throw deletedMeanwhile(uuid);
    await this.#running.spawn(server);
  }

  /** Removes everything of a server from this host. */
  async destroy({ uuid }: { uuid: string }): Promise<void> {
    await this.#running.destroy(uuid);
  }

  /**
   * Removes the guests of servers that are gone from the rows, as Nova's API deletes them where no compute answers. One that
   * can't be removed is told, and the next one is tried. Of a server whose cell does not answer nothing is removed.
   */
  async sweep(tell: (line: string) => void): Promise<void> {
    const uuids = (await this.#driver?.list()) ?? [];
    if (uuids.length === 0) return;
    for (const uuid of await this.#gone(uuids))
      await this.#running.destroy(uuid).catch((error: unknown) => {
        if (!(error instanceof RuleError)) throw error;
        tell(`${error.message} ${error.cure}`);
      });
  }

  /** Finds those that some cell has deleted; and where all cells answer, those that neither a cell nor a mapping knows. */
  async #gone(uuids: string[]): Promise<string[]> {
    const { answers, failures } = await this.#cells.each((em) => findDeleted(em, uuids));
    const lives = (uuid: string) => answers.some(({ value }) => value.get(uuid) === false);
    const isKnown = (uuid: string) => answers.some(({ value }) => value.has(uuid));
    const unknown = uuids.filter((uuid) => !isKnown(uuid));
    const mapped =
      unknown.length === 0 || failures.length > 0
        ? null
        : await this.#database.read((em) => findMappings(em, unknown));
    return uuids.filter((uuid) => (isKnown(uuid) ? !lives(uuid) : mapped?.has(uuid) === false));
  }

  get #running(): ComputeDriver {
    if (this.#driver) return this.#driver;
    // Another worker on this host may have one, and takes the step the next time.
    throw new Transient(
      'NoComputeDriver',
      'This worker runs no servers: it has no compute driver.',
      'Start one with `keyward worker start --compute-driver local` on this host.',
    );
  }
}
