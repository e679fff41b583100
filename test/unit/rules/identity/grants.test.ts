import { describe, expect, it } from '@jest/globals';
import { assertGrantable, assertImpliable, assertOneScope } from '../../../../src/rules/identity/grants.ts';
import type { Resource } from '../../../../src/rules/identity/resource.ts';

const role = (name: string, domain: string | null): Resource => ({
  id: 'r',
  name,
  options: {},
  domain_id: domain,
});
const scope = (kind: 'project' | 'domain' | 'system', domainId: string | null = null) =>
  ({ kind, id: 't', name: 't', domainId }) as const;

describe('what a role is granted on', () => {
  it.each([
    [{}, /not said what/],
    [{ project: {}, domain: {} }, /one thing at a time/],
    [{ domain: {}, system: true }, /one thing at a time/],
    [{ system: true, inherited: true }, /not inherited/],
  ])('%j is refused', (request, message) =>
    expect(() => assertOneScope(request)).toThrow(
      expect.objectContaining({ exitCode: 64, message: expect.stringMatching(message) }),
    ),
  );

  it.each([{ project: {}, inherited: true }, { domain: {} }, { system: true, inherited: false }])(
    '%j is not',
    (request) => expect(() => assertOneScope(request)).not.toThrow(),
  );
});

describe('who may be granted a role of a domain', () => {
  it.each([
    ['another project', scope('project', 'other'), 'DomainSpecificRoleMismatch'],
    ['the system', scope('system'), 'UsageError'],
  ])('not on %s', (_, on, name) =>
    expect(() => assertGrantable(role('x', 'own'), on)).toThrow(expect.objectContaining({ name })),
  );

  it.each([scope('project', 'own'), scope('domain')])('but on %j', (on) =>
    expect(() => assertGrantable(role('x', 'own'), on)).not.toThrow(),
  );

  it('a global role is granted on anything', () =>
    expect(() => assertGrantable(role('x', null), scope('system'))).not.toThrow());
});

describe('which role may imply which', () => {
  it.each([
    ['admin is implied by none', role('x', null), role('admin', null)],
    ['a global role implies no domain-specific one', role('x', null), role('y', 'own')],
  ])('%s', (_, prior, implied) =>
    expect(() => assertImpliable(prior, implied)).toThrow(
      expect.objectContaining({ name: 'InvalidImpliedRole' }),
    ),
  );

  it('a role of a domain may imply a global one', () =>
    expect(() => assertImpliable(role('x', 'own'), role('y', null))).not.toThrow());
});
