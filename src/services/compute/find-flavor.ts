import type { EntityManager } from '@mikro-orm/postgresql';
import { findFlavorNamed, listFlavorNames } from '../../database/nova-api/flavor.repository.ts';
import { closestNames, didYouMean } from '../../rules/closest.ts';
import type { Flavor } from '../../rules/compute/flavor.ts';
import { RuleError } from '../../rules/errors.ts';

/** Finds a flavor by its ID, else by its name, in Nova's API database; throws FlavorNotFound where there is none. */
export async function findFlavor(em: EntityManager, nameOrId: string): Promise<Flavor> {
  const found = await findFlavorNamed(em, nameOrId);
  if (found) return found;
  throw await flavorNotFound(em, nameOrId);
}

/** Says that there is no such flavor, and which one may be meant. */
export async function flavorNotFound(em: EntityManager, nameOrId: string): Promise<RuleError> {
  const meant = didYouMean(closestNames(nameOrId, await listFlavorNames(em)));
  // NOTE: openstacksdk says it in these words.
  return new RuleError('FlavorNotFound', `No Flavor found for ${nameOrId}.`, {
    cure: `${meant}\`keyward flavor list --all\` shows the flavors.`,
  });
}
