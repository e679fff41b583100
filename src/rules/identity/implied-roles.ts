import { RuleError } from '../errors.ts';

export type NamedRole = { id: string; name: string };
/** Who has the prior role also has the implied one. */
export type RoleLink = { prior: NamedRole; implied: NamedRole };

/** Refuses a link that would make a role imply itself, directly or through others; Keystone would only log it. */
export function assertAcyclic(links: RoleLink[], added: RoleLink): void {
  const back = wayBack(links, added);
  if (back === null) return;
  throw new RuleError(
    'CyclicImpliedRoles',
    `A role can't imply itself, directly or through others: ${circle(added, back)}.`,
    { cure: 'See `keyward implied role list` for the chain.', outcome: 'unchanged' },
  );
}

/**
 * Refuses a bootstrap whose chain of roles would be, or is, part of a circle: whoever had its least role would have its
 * greatest. Which of the links of others is wrong is the operator's to say, so each is named by what takes it away.
 */
export function assertChainAcyclic(others: RoleLink[], chain: RoleLink[]): void {
  for (const link of chain) {
    const back = wayBack([...others, ...chain], link);
    if (back === null) continue;
    const wrong = back.filter((each) => !chain.includes(each));
    throw new RuleError(
      'CyclicImpliedRoles',
      `The default roles would imply one another in a circle: ${circle(link, back)}.`,
      {
        cure:
          wrong.length === 0
            ? 'Give the admin role another name than the other default roles have.'
            : `Run ${wrong.map(deletion).join(' or ')}, then repeat the command.`,
        outcome: 'unchanged',
      },
    );
  }
}

/** The links that lead from what `added` implies back to its prior role; none for a role that implies itself, null if there is no way. */
function wayBack(links: RoleLink[], { prior, implied }: RoleLink): RoleLink[] | null {
  const ways = new Map<string, RoleLink[]>([[implied.id, []]]);
  for (const [role, way] of ways) {
    if (role === prior.id) return way;
    for (const link of links.filter((each) => each.prior.id === role))
      if (!ways.has(link.implied.id)) ways.set(link.implied.id, [...way, link]);
  }
  return null;
}

const circle = ({ prior, implied }: RoleLink, back: RoleLink[]): string =>
  [prior, implied, ...back.map((link) => link.implied)].map(({ name }) => name).join(' → ');

const deletion = ({ prior, implied }: RoleLink): string =>
  `\`keyward implied role delete ${prior.id} --implied-role ${implied.id}\``;
