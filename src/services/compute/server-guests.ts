import type { Cells } from '../../database/cells.ts';
import { listDeleted } from '../../database/nova-cell/instances.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import type { ComputeDriver } from '../../drivers/compute/driver.ts';
import { findCell } from '../../rules/compute/find-cell.ts';
import { deletedMeanwhile } from '../../rules/compute/lost-server.ts';
import { Transient } from '../../rules/errors.ts';

type Placed = { uuid: string; server: { cell: string } };

/** The guests on this worker's host: what the compute driver made of servers. */
export class ServerGuests {
  readonly #cells: Cells;
  readonly #driver: ComputeDriver | null;

  /** `driver` is null in a worker that runs no servers. */
  constructor(cells: Cells, driver: ComputeDriver | null) {
    this.#cells = cells;
    this.#driver = driver;
  }

  /** Lays down a server's guest. */
  async spawn({ uuid, server: { cell } }: Placed): Promise<void> {
    const database = this.#cells.database(findCell(await this.#cells.list(), cell));
    const server = await database.read((em) => findServer(em, uuid));
    if (!server || server.isDeleted) throw deletedMeanwhile(uuid);
    await this.#running.spawn(server);
  }

  /** Removes everything of a server from this host. */
  async destroy({ uuid }: { uuid: string }): Promise<void> {
    await this.#running.destroy(uuid);
  }

  /** Removes the guests of servers that were deleted from the rows alone, as Nova's API does where no compute answers. */
  async sweep(): Promise<void> {
    const uuids = (await this.#driver?.list()) ?? [];
    if (uuids.length === 0) return;
    const { answers } = await this.#cells.each((em) => listDeleted(em, uuids));
    for (const uuid of answers.flatMap(({ value }) => value)) await this.#running.destroy(uuid);
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
