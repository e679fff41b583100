import type { Setting } from '../rules/settings.ts';
import { type ConfigFile, OsloConfig, type OsloOptions, type ValueOf } from './oslo-config.ts';
import { bool, choices, float, int, type OsloOption, text } from './oslo-types.ts';

/** Reads the options of one section; a key is an option's name without the section. */
export type Section<O extends OsloOptions> = {
  get<K extends keyof O & string>(key: K): Setting<ValueOf<O[K]>> & { isSet: boolean };
};

/** These say which plugin logs in, and in which other section its options are (`keystoneauth1/loading/conf.py`). */
export const AUTH_OPTIONS = { auth_type: text(null, 'auth_plugin'), auth_section: text(null) } as const;

/**
 * The options of keystoneauth's plugins `password` and `v3password`, and of `admin_token` and `none`
 * (`keystoneauth1/loading/identity.py`, `keystoneauth1/loading/_plugins/`).
 */
export const PLUGIN_OPTIONS = {
  auth_url: text(null),
  user_id: text(null),
  username: text(null, 'user-name', 'user_name'),
  user_domain_id: text(null),
  user_domain_name: text(null),
  password: text(null),
  project_id: text(null, 'tenant-id', 'tenant_id'),
  project_name: text(null, 'tenant-name', 'tenant_name'),
  project_domain_id: text(null),
  project_domain_name: text(null),
  domain_id: text(null),
  domain_name: text(null),
  default_domain_id: text(null),
  default_domain_name: text(null),
  system_scope: text(null),
  trust_id: text(null),
  endpoint: text(null, 'url'),
  token: text(null),
} as const;

/** How requests are sent (`keystoneauth1/loading/session.py`). */
export const SESSION_OPTIONS = {
  cafile: text(null),
  certfile: text(null),
  keyfile: text(null),
  insecure: bool(false),
  timeout: float(null),
} as const;

/** Which endpoint is asked, with the defaults that Nova sets for Placement (`keystoneauth1/loading/adapter.py`). */
export const PLACEMENT_OPTIONS = {
  service_type: text('placement'),
  service_name: text(null),
  valid_interfaces: choices(['public', 'internal', 'admin'], ['internal', 'public']),
  region_name: text(null),
  endpoint_override: text(null),
  connect_retries: int(null),
} as const;

/** Nova has options of its own for Cinder's endpoint (`nova/conf/cinder.py`). */
export const CINDER_OPTIONS = {
  catalog_info: text('volumev3::publicURL'),
  endpoint_template: text(null),
  os_region_name: text(null),
} as const;

/** Reads one section of `nova.conf`; which one it is may itself be an option's value. */
export function readSection<O extends OsloOptions>(
  options: O,
  group: string,
  files: readonly ConfigFile[],
  env: NodeJS.ProcessEnv,
): Section<O> {
  const named = Object.entries<OsloOption<unknown>>(options).map(
    ([key, option]): [string, OsloOption<unknown>] => [
      `${group}.${key}`,
      { ...option, deprecated: option.deprecated.map((older) => `${group}.${older}`) },
    ],
  );
  const config = new OsloConfig(Object.fromEntries(named), files, env);
  return { get: (key) => config.get(`${group}.${key}`) as never };
}
