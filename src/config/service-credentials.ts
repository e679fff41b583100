import {
  ApiError,
  type ApiTls,
  type AskedService,
  type ServiceAccess,
  type ServiceAuth,
} from '../rules/compute/service-apis.ts';
import { UsageError } from '../rules/errors.ts';
import {
  AUTH_OPTIONS,
  CINDER_OPTIONS,
  PLACEMENT_OPTIONS,
  PLUGIN_OPTIONS,
  readSection,
  type Section,
  SESSION_OPTIONS,
} from './keystoneauth-options.ts';
import { readNovaConfig } from './nova-options.ts';
import type { ConfigPaths, OsloOptions } from './oslo-config.ts';

type Options = Section<typeof PLUGIN_OPTIONS>;
type Read = (service: AskedService) => ServiceAccess;
type Wanted = Pick<ServiceAccess, 'wanted' | 'endpoint' | 'connectRetries'>;

/**
 * Reads from `nova.conf` how Nova reaches another service, credentials and all. The files are read when a service is
 * asked for, on the host that asks it, so that no password travels. Bad input is a UsageError or an ApiError.
 */
export const readServiceAccess =
  (paths: ConfigPaths, env: NodeJS.ProcessEnv): Read =>
  (service) => {
    const config = readNovaConfig(paths, env);
    const section = <O extends OsloOptions>(options: O, group: string): Section<O> =>
      readSection(options, group, config.files, env);
    const authOf = (group: string): ServiceAuth | null => {
      // A section may name another one, from which the plugin and its options are then taken.
      const named = section(AUTH_OPTIONS, group).get('auth_section').value || group;
      const type = section(AUTH_OPTIONS, named).get('auth_type').value;
      return type === null ? null : authenticate(type, `[${named}]`, section(PLUGIN_OPTIONS, named));
    };
    const auth = authOf(service);
    // Placement is asked by Nova for itself, never for a user.
    const sendsServiceUser =
      service === 'cinder' && auth !== null && config.get('service_user.send_service_user_token').value;
    const session = section(SESSION_OPTIONS, service);
    const wanted =
      service === 'placement'
        ? placementIn(section(PLACEMENT_OPTIONS, service))
        : cinderIn(section(CINDER_OPTIONS, service));
    return {
      service,
      auth,
      serviceUser: sendsServiceUser ? authOf('service_user') : null,
      ...wanted,
      tls: tlsIn(session),
      timeout: session.get('timeout').value,
    };
  };

function placementIn(options: Section<typeof PLACEMENT_OPTIONS>): Wanted {
  const endpoint = options.get('endpoint_override');
  if (endpoint.value?.includes('%('))
    throw new UsageError(
      `${endpoint.origin} has a placeholder, which keyward does not fill in.`,
      'Write the URL of Placement itself; it has no part that depends on the project.',
    );
  const interfaces = [...options.get('valid_interfaces').value];
  return {
    wanted: {
      type: options.get('service_type').value,
      name: options.get('service_name').value,
      // For keystoneauth an empty list means this.
      interfaces: interfaces.length > 0 ? interfaces : ['public'],
      region: options.get('region_name').value,
    },
    endpoint: endpoint.value,
    connectRetries: options.get('connect_retries').value ?? 0,
  };
}

function cinderIn(options: Section<typeof CINDER_OPTIONS>): Wanted {
  const info = options.get('catalog_info');
  const [, type, name, face] = /^([\w-]+):(\w*):([^:]*)$/.exec(info.value) ?? [];
  if (type === undefined)
    throw new UsageError(
      `${info.origin} is not TYPE:NAME:INTERFACE, as volumev3::publicURL is.`,
      'Correct it, or remove it.',
    );
  return {
    wanted: {
      type,
      name: name || null,
      interfaces: [face || 'public'],
      region: options.get('os_region_name').value,
    },
    // What a placeholder stands for comes after the version, and versions are asked for in front of that.
    endpoint: options.get('endpoint_template').value?.replaceAll(/%\(\w+\)s/g, 'None') ?? null,
    connectRetries: 0,
  };
}

function tlsIn(options: Section<typeof SESSION_OPTIONS>): ApiTls {
  return {
    cafile: options.get('cafile').value || null,
    certfile: options.get('certfile').value || null,
    keyfile: options.get('keyfile').value || null,
    isInsecure: options.get('insecure').value,
  };
}

function authenticate(type: string, section: string, options: Options): ServiceAuth {
  const endpoint = options.get('endpoint').value || null;
  switch (type) {
    case 'password':
    case 'v3password':
      return {
        type,
        section,
        url: required('auth_url', section, options),
        request: requestOf(type, section, options),
      };
    case 'admin_token':
      return { type, section, endpoint, token: required('token', section, options) };
    case 'none':
      return { type, section, endpoint };
    case '':
      throw new ApiError(
        'no-credentials',
        `Section ${section} of nova.conf has an empty auth_type.`,
        `Write auth_type = password in section ${section} of nova.conf, or remove the line.`,
      );
    default:
      throw new ApiError(
        'other',
        `Section ${section} of nova.conf has auth_type = ${type}, and keyward can't log in that way.`,
        'keyward knows password, v3password, admin_token and none. Look by hand whether the service is new enough.',
      );
  }
}

function required(key: 'auth_url' | 'password' | 'token', section: string, options: Options): string {
  const { value } = options.get(key);
  if (value !== null) return value;
  throw new ApiError(
    'other',
    `Section ${section} of nova.conf has no ${key}.`,
    `Write ${key} in section ${section} of nova.conf.`,
  );
}

// NOTE: keystoneauth1/identity/v3/base.py and password.py
function requestOf(type: 'password' | 'v3password', section: string, options: Options): object {
  const get = (key: keyof typeof PLUGIN_OPTIONS): string | null => options.get(key).value || null;
  const fallback = (key: 'default_domain_id' | 'default_domain_name') =>
    type === 'password' ? get(key) : null;
  const domain = (kind: 'user' | 'project'): object =>
    byIdOrName(
      get(`${kind}_domain_id`) ?? fallback('default_domain_id'),
      get(`${kind}_domain_name`) ?? fallback('default_domain_name'),
      'domain',
    );
  const password = required('password', section, options);
  const name = get('username');
  const user = get('user_id')
    ? { id: get('user_id'), password }
    : { ...(name !== null && { name, ...domain('user') }), password };
  const project = get('project_id')
    ? { id: get('project_id') }
    : { name: get('project_name'), ...domain('project') };
  const scopes = [
    (get('domain_id') ?? get('domain_name')) && byIdOrName(get('domain_id'), get('domain_name'), 'domain'),
    (get('project_id') ?? get('project_name')) && { project },
    get('trust_id') && { 'OS-TRUST:trust': { id: get('trust_id') } },
    get('system_scope') && { system: { all: true } },
  ].filter((scope) => scope !== null && scope !== '');
  assertScope(section, scopes.length, get('system_scope'));
  const [scope] = scopes;
  return { auth: { identity: { methods: ['password'], password: { user } }, ...(scope && { scope }) } };
}

const byIdOrName = (id: string | null, name: string | null, key: string): object => {
  if (id !== null) return { [key]: { id } };
  return name === null ? {} : { [key]: { name } };
};

function assertScope(section: string, scopes: number, system: string | null): void {
  if (scopes <= 1 && (system === null || system === 'all')) return;
  throw new ApiError(
    'other',
    scopes > 1
      ? `Section ${section} of nova.conf asks for a token of several things at once.`
      : `Section ${section} of nova.conf has system_scope = ${system}; Keystone knows only all.`,
    `Leave one of project, domain, trust_id and system_scope = all in section ${section} of nova.conf.`,
  );
}
