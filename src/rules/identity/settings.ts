import type { ServiceSettings, Setting } from '../settings.ts';
import type { PasswordHashing } from './password.ts';

/** What flags, environment and a Keystone's configuration files say of the identity service, parsed once. */
export type IdentitySettings = ServiceSettings & {
  defaultDomainId: Setting<string>;
  passwordHashing: Setting<PasswordHashing>;
  /** For how many seconds a Keystone beside us may answer from its cache; null: it keeps none. */
  cacheTime: Setting<number | null>;
};
