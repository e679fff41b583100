import type { EntityManager } from '@mikro-orm/postgresql';
import { kinds, type ResourceKind } from '../../rules/identity/kinds.ts';
import type { Checked } from '../../rules/identity/resource-input.ts';
import type { ResourceValues } from '../../rules/identity/resource.ts';
import { ResourceFinder, type ResourceRef } from './resource-finder.ts';

/** Where something is to be made, as an operator names it; a request may also say it by ids, in its values. */
export type Place = {
  domain?: string | undefined;
  parent?: string | undefined;
  defaultProject?: ResourceRef | undefined;
  /** Where something goes that must be in a domain and of which nothing is said. */
  defaultDomainId?: string | undefined;
};

/** The values with the ids of what a place names. Without a domain it is that of the parent, or else the default one. */
export async function placed(
  em: EntityManager,
  kind: ResourceKind,
  values: Checked<ResourceValues>,
  { domain, parent, defaultProject, defaultDomainId }: Place,
): Promise<Checked<ResourceValues>> {
  const finder = new ResourceFinder(em);
  const found = { ...values };
  if (defaultProject) found.default_project_id = (await finder.get('project', defaultProject)).resource.id;
  if (kinds[kind].domain === 'never') return found;
  if (domain !== undefined) found.domain_id = (await finder.get('domain', { nameOrId: domain })).resource.id;
  if (parent !== undefined) {
    const above = await finder.getParent({ nameOrId: parent, domain: found.domain_id ?? undefined });
    found.parent_id = above.id;
    found.domain_id ??= (above['domain_id'] as string | undefined) ?? above.id;
  }
  if (kinds[kind].domain === 'must' && defaultDomainId !== undefined) found.domain_id ??= defaultDomainId;
  return found;
}
