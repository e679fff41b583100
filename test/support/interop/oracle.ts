import type { ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type { Resource } from '../../../src/rules/identity/resource.ts';

/** A resource that both clouds have, with its id in each. */
export type Twin = {
  kind: ResourceKind;
  key: string;
  ours: string;
  theirs: string;
  domain: Twin | null;
  parent: Twin | null;
  immutable: boolean;
};
/** One operation on both. `apart` is one of DIFFERENCES: the real Keystone is not asked, and keyward must refuse. */
export type Operation = {
  words: string;
  ours: () => Promise<Resource | void | boolean>;
  theirs: () => Promise<{ status: number; body: any }>;
  apart?: Difference | undefined;
  /** The reason why the real Keystone is asked for more, so that both end alike; one of DIFFERENCES too. */
  differs?: Difference | undefined;
  remember?: (ours: any, theirs: any) => void;
};

/** Nothing else may differ between keyward and Keystone 30.0.0. */
export const DIFFERENCES = {
  'users can be immutable':
    'Keystone has no such option for users: it is not asked to set it, and changes and deletes them',
  'what an immutable role implies is fixed':
    'Keystone lets the links of an immutable prior role be made and deleted',
  'no role implies itself': 'Keystone stores cycles of implied roles, and logs them when it expands them',
  'an implied role of an immutable one stays': 'Keystone deletes it with the link',
  'cascades go whole':
    'Keystone deletes part of a domain before an immutable project stops it, and ignores immutable roles; it deletes trees of projects one by one',
  'a domain takes its roles along': 'Keystone leaves the roles of a deleted domain behind, without a domain',
} as const;
type Difference = keyof typeof DIFFERENCES;

/** Gives numbers that are the same in each run (mulberry32), so that a failure can be repeated. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const USER_OPTIONS = ['ignore_password_expiry', 'lock_password', 'multi_factor_auth_enabled'] as const;
export const ok = async () => ({ status: 200, body: null });
export const pathOf = ({ kind, theirs }: Twin): string => `/${kind}s/${theirs}`;
