import { describe, expect, it } from '@jest/globals';
import {
  assertCascadeAllowed,
  assertDeletable,
  assertImplicationsEditable,
  assertUpdatable,
  type Guarded,
  readImmutability,
} from '../../../../src/rules/identity/immutability.ts';
import { resourceKinds } from '../../../../src/rules/identity/kinds.ts';

const a = (immutability: Guarded['immutability'], kind: Guarded['kind'] = 'role'): Guarded => ({
  kind,
  id: 'id1',
  name: 'thing',
  immutability,
  origin: 'immutable, not set through keyward',
});

describe('a stored option value, as Keystone reads it', () => {
  it.each([
    [undefined, 'mutable'],
    [null, 'mutable'],
    ['null', 'mutable'],
    ['false', 'mutable'],
    ['0', 'mutable'],
    ['""', 'mutable'],
    ['[]', 'mutable'],
    ['{}', 'mutable'],
    ['true', 'immutable'],
    ['1', 'immutable'],
    ['"false"', 'immutable'],
    ['[0]', 'immutable'],
    ['True', 'broken'],
    ['', 'broken'],
  ] as const)('%p is %s', (stored, expected) => {
    expect(readImmutability(stored)).toBe(expected);
  });
});

describe('updates', () => {
  it.each<[boolean, { [attribute: string]: unknown }]>([
    [true, { options: { immutable: false } }],
    [true, { options: { immutable: null } }],
    [false, {}],
    [false, { options: {} }],
    [false, { options: { immutable: true } }],
    [false, { options: { immutable: undefined } }],
    [false, { options: { immutable: false, other: 1 } }],
    [false, { options: { immutable: false }, name: 'thing' }],
    [false, { options: { immutable: null }, id: 'id1' }],
    [false, { options: { immutable: false }, domain_id: null }],
    [false, { options: { immutable: false }, is_domain: true }],
    [false, { enabled: true }],
    [false, { tags: { add: [], remove: [], clear: false } }],
    [false, { password: 'secret' }],
  ])('%p: an immutable or unreadable resource, %j; a mutable one allows all', (isAllowed, patch) => {
    for (const held of ['immutable', 'broken'] as const) {
      const ask = (): void => assertUpdatable(a(held), patch);
      if (isAllowed) expect(ask).not.toThrow();
      else expect(ask).toThrow(expect.objectContaining({ name: 'ResourceUpdateForbidden', exitCode: 1 }));
    }
    expect(() => assertUpdatable(a('mutable'), patch)).not.toThrow();
  });

  it.each(resourceKinds)("say Keystone's words of a %s, and the cure", (kind) => {
    expect(() => assertUpdatable(a('immutable', kind), {})).toThrow(
      expect.objectContaining({
        message: `Unable to update immutable ${kind} resource: \`id1. Set resource option "immutable" to false first.`,
        cure: `It is the ${kind} thing, immutable, not set through keyward. Run \`keyward ${kind} set --no-immutable id1\` if it may change.`,
      }),
    );
  });
});

describe('deletion', () => {
  it.each([
    ['mutable', true],
    ['immutable', false],
    ['broken', false],
  ] as const)('of what is %s: %p', (held, isAllowed) => {
    const asks = [
      () => assertDeletable(a(held)),
      () => assertImplicationsEditable(a(held)),
      () => assertCascadeAllowed({ kind: 'domain', name: 'd' }, [a('mutable'), a(held)]),
    ];
    for (const ask of asks) {
      if (isAllowed) expect(ask).not.toThrow();
      else expect(ask).toThrow(expect.objectContaining({ exitCode: 1 }));
    }
  });

  it('of a domain names every immutable resource in the way, and none else', () => {
    const below = [a('immutable', 'user'), { ...a('mutable'), name: 'free' }, a('broken', 'project')];
    expect(() => assertCascadeAllowed({ kind: 'domain', name: 'd' }, below)).toThrow(
      /^Unable to delete domain d; that would change immutable resources: user thing \(id1; .*\), project thing \(id1; [^)]*\)\.$/,
    );
  });
});
