import type { StoredImmutability } from '../immutability.ts';
import type { RoleLink } from '../implied-roles.ts';

/**
 * `expired`: whatever it is, it lets nobody in; `unknown-form`: stored by an algorithm that is not Keystone 30's;
 * `not-compared`: no password was asked for.
 */
export type PasswordState = 'matches' | 'differs' | 'expired' | 'none' | 'unknown-form' | 'not-compared';

export type SnapshotEndpoint = { id: string; interface: string; url: string };

/** What a bootstrap needs to know of the database, as one transaction saw it. Ids are Keystone's. */
export type IdentitySnapshot = {
  domain: { id: string; enabled: boolean } | null;
  /** A domain named Default under an id that is not the configured one. */
  strayDefaultDomainId: string | null;
  project: { id: string; enabled: boolean } | null;
  user: { id: string; enabled: boolean; password: PasswordState } | null;
  /** Global roles among the default ones, by name. */
  roles: Map<string, { id: string; immutability: StoredImmutability }>;
  /** Which role implies which, among all roles. */
  links: RoleLink[];
  hasProjectGrant: boolean;
  hasSystemGrant: boolean;
  hasRegion: boolean;
  service: { id: string } | null;
  /** The identity service's endpoints in the wanted region (in any, where none is wanted). */
  endpoints: SnapshotEndpoint[];
};
