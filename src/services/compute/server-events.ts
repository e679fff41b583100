import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import { keysetPages, limited } from '../../database/keyset-pages.ts';
import {
  type ActionFilter,
  findAction,
  projectOf,
  readActions,
  readEvents,
} from '../../database/nova-cell/action-pages.ts';
import { closestNames, didYouMean } from '../../rules/closest.ts';
import type { ActionView, ServerAction } from '../../rules/compute/server-action.ts';
import { RuleError } from '../../rules/errors.ts';
import { hostId } from './host-id.ts';
import type { ServerFinder } from './server-finder.ts';

const PAGE = 2000;

type Wanted = ActionFilter & {
  /** The id of the request after which the list begins. */
  marker?: string | undefined;
  limit?: number | undefined;
};

/** What was asked of servers, and what came of it; deleted servers are found by their uuid. */
export class ServerEvents {
  readonly #cells: Cells;
  readonly #finder: ServerFinder;

  constructor(cells: Cells, finder: ServerFinder) {
    this.#cells = cells;
    this.#finder = finder;
  }

  /** Lists the actions of a server, the newest first, in pages that are read as they are taken. */
  async *list(
    server: string,
    { marker, limit, ...filter }: Wanted,
    deadlineMs: number,
  ): AsyncGenerator<ServerAction[]> {
    const place = await this.#finder.find(server, { deleted: true, deadlineMs });
    const ask = <T>(use: (em: EntityManager) => Promise<T>) => this.#cells.ask(place.cell, use, deadlineMs);
    const after = marker === undefined ? null : await ask((em) => markerOf(em, place.uuid, marker));
    const size = Math.min(limit ?? PAGE, PAGE);
    const pages = keysetPages<ServerAction>(size, (last) =>
      ask((em) => readActions(em, place.uuid, filter, { after: last ?? after, size })),
    );
    yield* limited(limit, pages);
  }

  /** Shows what a request asked of a server. */
  async show(server: string, requestId: string, deadlineMs: number): Promise<ActionView> {
    const place = await this.#finder.find(server, { deleted: true, deadlineMs });
    const read = async (em: EntityManager): Promise<ActionView> => {
      const action = await findAction(em, place.uuid, requestId);
      if (action === null) throw await noAction(em, place.uuid, requestId);
      // A periodic task acts for no project: then it is the server's.
      const projectId = action.projectId ?? (await projectOf(em, place.uuid));
      const events = await readEvents(em, action.id);
      return {
        ...action,
        events: events.map((event) => ({ ...event, hostId: hostId(event.host, projectId) })),
      };
    };
    return this.#cells.ask(place.cell, read, deadlineMs);
  }
}

async function markerOf(em: EntityManager, uuid: string, requestId: string): Promise<ServerAction> {
  return (await findAction(em, uuid, requestId)) ?? Promise.reject(await noAction(em, uuid, requestId));
}

/** NOTE: nova/api/openstack/compute/instance_actions.py takes the id as it is written, too. */
async function noAction(em: EntityManager, uuid: string, requestId: string): Promise<RuleError> {
  const newest = await readActions(em, uuid, {}, { after: null, size: PAGE });
  const known = newest.flatMap(({ requestId: id }) => id ?? []);
  return new RuleError('NotFound', `The server ${uuid} has no action of the request '${requestId}'.`, {
    cure: `${didYouMean(closestNames(requestId, known))}See \`keyward server event list ${uuid}\`.`,
  });
}
