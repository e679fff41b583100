import { RuleError } from '../errors.ts';
import type { ResourceKind } from './kinds.ts';
import type { ResourceOptions } from './resource.ts';

/** What a stored `IMMU` option says. Keystone counts every truthy JSON value; text that is no JSON breaks it. */
export type StoredImmutability = 'immutable' | 'mutable' | 'broken';

/** A resource as the rule sees it; `origin` tells since when and by whom it is immutable. */
export type Guarded = {
  kind: ResourceKind;
  id: string;
  name: string;
  immutability: StoredImmutability;
  origin: string;
};
type Patch = { options?: ResourceOptions; [attribute: string]: unknown };

/** Reads an option value as Keystone 30 does; undefined: there is no row. */
export function readImmutability(optionValue: string | null | undefined): StoredImmutability {
  if (optionValue === null || optionValue === undefined) return 'mutable';
  try {
    return isTruthy(JSON.parse(optionValue)) ? 'immutable' : 'mutable';
  } catch {
    return 'broken';
  }
}

/** What can't be read is guarded too: nobody has said that it may change. */
export const isGuarded = ({ immutability }: Pick<Guarded, 'immutability'>): boolean =>
  immutability !== 'mutable';

/**
 * An immutable resource accepts exactly one request: `options` alone, with `immutable` alone in it, false or null
 * (`keystone/common/resource_options/options/immutable.py`). A value that is stored already is refused too.
 */
export function assertUpdatable(current: Guarded, patch: Patch): void {
  if (!isGuarded(current)) return;
  const { options = {}, ...others } = patch;
  const clears = Object.keys(options).join() === 'immutable' && [false, null].includes(options.immutable!);
  if (clears && Object.keys(others).length === 0) return;
  throw new ResourceUpdateForbidden(current);
}

export function assertDeletable(current: Guarded): void {
  if (isGuarded(current)) throw new ResourceDeleteForbidden(current);
}

/** Nothing that goes along with a deleted resource may be immutable; the refusal names each one. */
export function assertCascadeAllowed(top: Pick<Guarded, 'kind' | 'name'>, below: Guarded[]): void {
  const held = below.filter(isGuarded);
  if (held.length === 0) return;
  const names = held.map(({ kind, id, name, origin }) => `${kind} ${name} (${id}; ${origin})`);
  throw new RuleError(
    'ResourceDeleteForbidden',
    `Unable to delete ${top.kind} ${top.name}; that would change immutable resources: ${names.join(', ')}.`,
    { cure: held.map(unsetCommand).join(' ') },
  );
}

/** The roles that an immutable role implies are part of what it means; upstream lets that chain be cut. */
export function assertImplicationsEditable(prior: Guarded): void {
  if (!isGuarded(prior)) return;
  throw new RuleError(
    'ResourceUpdateForbidden',
    `Unable to change the roles that the immutable role ${prior.name} implies (${prior.id}; ${prior.origin}).`,
    { cure: unsetCommand(prior) },
  );
}

/** Keystone's words, the lone back-tick before the id included, and then who it is and what unsets it. */
class ResourceForbidden extends RuleError {
  constructor(name: string, verb: 'update' | 'delete', current: Guarded) {
    const words = `Unable to ${verb} immutable ${current.kind} resource: \`${current.id}. Set resource option "immutable" to false first.`;
    super(name, words, {
      cure: `It is the ${current.kind} ${current.name}, ${current.origin}. ${unsetCommand(current)}`,
    });
  }
}

export class ResourceUpdateForbidden extends ResourceForbidden {
  constructor(current: Guarded) {
    super('ResourceUpdateForbidden', 'update', current);
  }
}

export class ResourceDeleteForbidden extends ResourceForbidden {
  constructor(current: Guarded) {
    super('ResourceDeleteForbidden', 'delete', current);
  }
}

const unsetCommand = ({ kind, id }: Guarded): string =>
  `Run \`keyward ${kind} set --no-immutable ${id}\` if it may change.`;

/** Python's truth, by which Keystone reads an option: empty containers and texts are false. */
export function isTruthy(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
