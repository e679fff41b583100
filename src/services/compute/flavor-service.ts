import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import { keysetPages, limited } from '../../database/keyset-pages.ts';
import {
  deleteFlavor,
  findFlavorNamed,
  type FlavorFilter,
  insertFlavor,
  pageOfFlavors,
  projectsOf,
} from '../../database/nova-api/flavor.repository.ts';
import type { Flavor, ShownFlavor } from '../../rules/compute/flavor.ts';
import { assertFlavor, type NewFlavor } from '../../rules/compute/new-flavor.ts';
import { RuleError } from '../../rules/errors.ts';
import { type Actor, writeAudit } from '../audit/audit-writer.ts';
import { findFlavor, flavorNotFound } from './find-flavor.ts';

const PAGE = 1000;

type FlavorListing = FlavorFilter & { marker?: string | undefined; limit?: number | undefined };

/** The flavors of Nova's API database. */
export class FlavorService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Makes a flavor with its properties and its project. Refused where its ID or name is taken. */
  create(wanted: NewFlavor, actor: Actor): Promise<Flavor> {
    assertFlavor(wanted);
    const flavor = { ...wanted, flavorid: wanted.flavorid ?? randomUUID() };
    return this.#database.transact(actor, async (em) => {
      if ((await insertFlavor(em, flavor)) === null) throw await taken(em, flavor);
      const made = await findFlavor(em, flavor.flavorid);
      await audit(em, actor, 'create', made, [null, { ...described(made), project: flavor.projectId }]);
      return made;
    });
  }

  /** Gives pages in the order of the IDs; `marker` is the ID after which they begin. */
  async *list({ marker, limit, ...filter }: FlavorListing): AsyncGenerator<Flavor[]> {
    if (marker !== undefined) await this.#database.read((em) => assertMarker(em, marker));
    const size = Math.min(limit ?? PAGE, PAGE);
    yield* limited(
      limit,
      keysetPages<Flavor>(size, (last) =>
        this.#database.read((em) => pageOfFlavors(em, filter, last?.flavorid ?? marker ?? null, size)),
      ),
    );
  }

  /** Shows a flavor by its ID or name. */
  show(nameOrId: string): Promise<ShownFlavor> {
    return this.#database.read(async (em) => {
      const flavor = await findFlavor(em, nameOrId);
      return { flavor, projects: flavor.isPublic ? null : await projectsOf(em, flavor.id) };
    });
  }

  /** Deletes a flavor by its ID or name; servers that have it keep what it was. */
  delete(nameOrId: string, actor: Actor): Promise<void> {
    return this.#database.transact(actor, async (em) => {
      const flavor = await findFlavor(em, nameOrId);
      // Somebody else may have deleted it meanwhile.
      if (!(await deleteFlavor(em, flavor.id))) throw await flavorNotFound(em, nameOrId);
      await audit(em, actor, 'delete', flavor, [described(flavor), null]);
    });
  }
}

/** Says what is in the way of a new flavor, in Nova's words (NOTE: nova/exception.py). */
async function taken(
  em: EntityManager,
  { name, flavorid }: { name: string; flavorid: string },
): Promise<RuleError> {
  const isId = (await findFlavorNamed(em, flavorid))?.flavorid === flavorid;
  const [what, value] = isId ? ['ID', flavorid] : ['name', name];
  return new RuleError('FlavorExists', `Flavor with ${what} ${value} already exists.`, {
    cure: `Choose another ${what}, or see \`keyward flavor list --all\`.`,
    outcome: 'unchanged',
  });
}

async function assertMarker(em: EntityManager, marker: string): Promise<void> {
  const found = await findFlavorNamed(em, marker);
  if (found?.flavorid === marker) return;
  // NOTE: nova/api/openstack/compute/flavors.py.
  throw new RuleError('MarkerNotFound', `marker [${marker}] not found.`, {
    cure: 'It is the ID of a flavor, the last one of the page before.',
  });
}

/** Tells the audit what a flavor is; its description may be a long text, and decides nothing. */
const described = (flavor: Flavor): object => {
  const { memoryMb, vcpus, rootGb, ephemeralGb, swap, rxtxFactor, isPublic, extraSpecs } = flavor;
  return { memoryMb, vcpus, rootGb, ephemeralGb, swap, rxtxFactor, isPublic, extraSpecs };
};

const audit = (
  em: EntityManager,
  actor: Actor,
  action: string,
  { name, flavorid }: Flavor,
  [before, after]: [object | null, object | null],
): Promise<void> =>
  writeAudit(em, actor, [{ action, resource: 'flavor', name, id: flavorid, before, after }]);
