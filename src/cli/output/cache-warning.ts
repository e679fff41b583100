import type { IdentitySettings } from '../../rules/identity/settings.ts';

/** Returns the warning to show after a write where a Keystone beside keyward answers from a cache, else null. */
export function cacheWarning({ cacheTime: { value, origin } }: IdentitySettings): string | null {
  if (value === null) return null;
  return `Warning: a Keystone with this configuration caches; it may see the change only after ${value} s (${origin}).`;
}
