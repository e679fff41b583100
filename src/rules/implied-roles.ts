import { RuleError } from './errors.ts';

/** Who has the prior role also has the implied one; both are ids. */
export type RoleLink = { prior: string; implied: string };

/** Refuses a link that would make a role imply itself, directly or through others; Keystone would only log it. */
export function assertAcyclic(links: RoleLink[], added: RoleLink): void {
  const next = new Map<string, string[]>();
  for (const { prior, implied } of links) next.set(prior, [...(next.get(prior) ?? []), implied]);
  const waiting = [added.implied];
  const seen = new Set<string>();
  while (waiting.length > 0) {
    const role = waiting.pop()!;
    if (role === added.prior) {
      throw new RuleError('CyclicImpliedRoles', "A role can't imply itself, directly or through others.", {
        cure: 'See `keyward implied role list` for the chain.',
      });
    }
    if (seen.has(role)) continue;
    seen.add(role);
    waiting.push(...(next.get(role) ?? []));
  }
}
