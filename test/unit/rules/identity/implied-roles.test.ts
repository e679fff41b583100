import { describe, expect, it } from '@jest/globals';
import { impliedChain } from '../../../../src/rules/identity/default-roles.ts';
import {
  assertAcyclic,
  assertChainAcyclic,
  type RoleLink,
} from '../../../../src/rules/identity/implied-roles.ts';

const role = (name: string) => ({ id: `id-of-${name}`, name });
const link = (prior: string, implied: string): RoleLink => ({ prior: role(prior), implied: role(implied) });

describe('a link that is asked for', () => {
  const links = [link('a', 'b'), link('b', 'c'), link('x', 'c')];
  it.each([
    ['a', 'a', 'a → a'],
    ['b', 'a', 'b → a → b'],
    ['c', 'a', 'c → a → b → c'],
  ])('%s may not imply %s, which would be %s', (prior, implied, circle) => {
    expect(() => assertAcyclic(links, link(prior, implied))).toThrow(
      `A role can't imply itself, directly or through others: ${circle}.`,
    );
  });
  it.each([
    ['a', 'c'],
    ['x', 'a'],
    ['c', 'd'],
  ])('%s may imply %s', (prior, implied) => {
    expect(() => assertAcyclic(links, link(prior, implied))).not.toThrow();
  });
});

describe("bootstrap's chain of roles", () => {
  const check = (others: RoleLink[], adminRole = 'admin') => {
    const chain = impliedChain(adminRole).map(({ prior, implied }) => link(prior, implied));
    return () => assertChainAcyclic(others, chain);
  };
  const deletion = (prior: string, implied: string): string =>
    `\`keyward implied role delete id-of-${prior} --implied-role id-of-${implied}\``;

  it.each<[string, RoleLink[], string, string[]]>([
    ['a link back', [link('reader', 'member')], 'member → reader → member', [deletion('reader', 'member')]],
    [
      'a link from the least to the greatest',
      [link('reader', 'admin')],
      'member → reader → admin → manager → member',
      [deletion('reader', 'admin')],
    ],
    [
      'a way through other roles',
      [link('reader', 'x'), link('x', 'y'), link('y', 'manager'), link('z', 'reader')],
      'member → reader → x → y → manager → member',
      [deletion('reader', 'x'), deletion('x', 'y'), deletion('y', 'manager')],
    ],
  ])('is refused with %s, and each link that may go is named', (_, others, circle, deletions) => {
    expect(check(others)).toThrow(
      expect.objectContaining({
        name: 'CyclicImpliedRoles',
        message: expect.stringContaining(`: ${circle}.`),
        cure: `Run ${deletions.join(' or ')}, then repeat the command.`,
      }),
    );
  });

  it.each(['reader', 'member', 'manager'])('is refused where the admin role is to be %s', (name) => {
    expect(check([], name)).toThrow(
      expect.objectContaining({ cure: expect.stringContaining('another name') }),
    );
  });

  it('is accepted beside links that lead out of it, into it, or in a circle elsewhere', () => {
    const others = [link('reader', 'x'), link('z', 'admin'), link('p', 'q'), link('q', 'p')];
    expect(check(others)).not.toThrow();
  });
});
