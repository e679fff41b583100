import { RuleError, UsageError } from '../errors.ts';
import { ADMIN } from './default-roles.ts';
import type { Resource } from './resource.ts';

/** What a role is granted on, as a request names it: exactly one of these. */
type Named = { project?: unknown; domain?: unknown; system?: boolean };
/** What a role is granted on, once it is found; `domainId` is asked of projects only. */
export type GrantScope = {
  kind: 'project' | 'domain' | 'system';
  id: string;
  name: string;
  domainId: string | null;
};

/** Refuses a request that does not say what the role is on, says it twice, or wants the system's to be inherited. */
export function assertOneScope({
  project,
  domain,
  system,
  inherited,
}: Named & { inherited?: boolean }): void {
  const named = [project, domain, system].filter(Boolean);
  if (named.length === 0)
    throw new UsageError('It is not said what the role is on.', 'Give --project, --domain or --system all.');
  if (named.length > 1)
    throw new UsageError('A role is granted on one thing at a time.', 'Name only one of them.');
  if (system && inherited)
    throw new UsageError('A role on the system is not inherited.', 'Leave --inherited out.');
}

/** `keystone/assignment/core.py` and `keystone/api/system.py`; on a domain, any role may be granted. */
export function assertGrantable(role: Resource, scope: GrantScope): void {
  if (role['domain_id'] === null) return;
  if (scope.kind === 'system') {
    throw new UsageError(
      `Role ${role.id} is a domain-specific role. Unable to use a domain-specific role in a system assignment.`,
      'Name a global role.',
    );
  }
  if (scope.kind === 'domain' || scope.domainId === role['domain_id']) return;
  throw new RuleError(
    'DomainSpecificRoleMismatch',
    `Project ${scope.id} must be in the same domain as the role ${role.id} being assigned.`,
    { cure: 'Name a global role, or a project of the domain of the role.' },
  );
}

/** `keystone/assignment/core.py`, with the default of `[assignment] prohibited_implied_role`. */
export function assertImpliable(prior: Resource, implied: Resource): void {
  if (implied.name === ADMIN)
    throw new RuleError('InvalidImpliedRole', `${implied.id} cannot be an implied roles.`, {
      cure: `No role may imply ${ADMIN}.`,
    });
  if (prior['domain_id'] === null && implied['domain_id'] !== null)
    throw new RuleError('InvalidImpliedRole', 'Global role cannot imply a domain-specific role', {
      cure: 'Name a global role.',
    });
}
