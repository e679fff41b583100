import type { IdentitySettings } from '../../rules/identity/settings.ts';

/** What to say after a write where a Keystone beside us answers from a cache; null: it keeps none. */
export function cacheWarning({ cacheTime: { value, origin } }: IdentitySettings): string | null {
  if (value === null) return null;
  return `Warning: a Keystone with this configuration caches; it may see the change only after ${value} s (${origin}).`;
}
