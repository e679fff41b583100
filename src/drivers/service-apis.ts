import {
  ApiError,
  type AskedService,
  type ServiceAccess,
  type ServiceApis,
  type ServiceAuth,
} from '../rules/compute/service-apis.ts';
import { type Answer, HttpClient, place } from './http.ts';
import { below, endpointIn, logIn, strange, urlOf } from './keystone-client.ts';

/** All requests that tell one version must be done by then; a check has 15 s. */
const DEADLINE_MS = 10_000;

type Version = { version?: unknown; max_version?: unknown };
type Reached = { url: URL; headers: Record<string, string> };

const CALLED: Record<AskedService, string> = { placement: 'Placement', cinder: 'Cinder' };

/** Asks Placement and Cinder over HTTP; `accessTo` reads how each is reached. Nothing is kept open or remembered. */
export const openServiceApis = (
  accessTo: (service: AskedService) => ServiceAccess,
  deadlineMs = DEADLINE_MS,
): ServiceApis => ({
  newestVersion: async (service) => {
    const access = accessTo(service);
    const http = new HttpClient({
      section: `[${service}]`,
      tls: access.tls,
      timeoutMs: access.timeout === null ? null : access.timeout * 1000,
      connectRetries: access.connectRetries,
      deadlineMs,
    });
    return VERSION_OF[service](await reach(access, http), http);
  },
});

const VERSION_OF: Record<AskedService, (reached: Reached, http: HttpClient) => Promise<string>> = {
  placement: placementVersion,
  cinder: cinderVersion,
};

/** Finds the service, and what it is to be shown. Without credentials only a URL that is given can be asked. */
async function reach(access: ServiceAccess, http: HttpClient): Promise<Reached> {
  const { auth, endpoint, service, serviceUser } = access;
  const given = endpoint === null ? null : urlOf(endpoint, `the endpoint in section [${service}]`);
  if (auth === null) {
    // Without credentials for Cinder a Nova uses none, whatever URL it has; Placement it asks all the same.
    if (given !== null && service === 'placement') return { url: given, headers: {} };
    throw new ApiError(
      'not-configured',
      `Section [${service}] of nova.conf has no auth_type.`,
      `Write auth_type = password, auth_url, username, password, user_domain_name, project_name and project_domain_name in section [${service}] of nova.conf.`,
    );
  }
  if (!('request' in auth)) {
    const url = given ?? fixedEndpoint(auth, service);
    return { url, headers: auth.type === 'none' ? {} : { 'x-auth-token': auth.token } };
  }
  const session = await logIn(auth, http);
  const url = given ?? endpointIn(session, access);
  return { url, headers: { 'x-auth-token': session.token, ...(await serviceToken(serviceUser, http)) } };
}

function fixedEndpoint(
  { endpoint, section, type }: Exclude<ServiceAuth, { request: object }>,
  service: AskedService,
): URL {
  if (endpoint !== null) return urlOf(endpoint, `${section} endpoint`);
  throw new ApiError(
    'endpoint-missing',
    `With auth_type = ${type} there is no catalog, and section ${section} of nova.conf has no endpoint.`,
    `Write the URL of ${CALLED[service]} as endpoint in section ${section} of nova.conf.`,
  );
}

async function serviceToken(auth: ServiceAuth | null, http: HttpClient): Promise<Record<string, string>> {
  if (auth === null || !('request' in auth)) return {};
  return { 'x-service-token': (await logIn(auth, http)).token };
}

// NOTE: nova/cmd/status.py, _check_placement
async function placementVersion({ url: base, headers }: Reached, http: HttpClient): Promise<string> {
  const url = below(base, '');
  const answer = await http.get(CALLED.placement, url, { headers });
  assertAnswered('placement', url, answer);
  const [first] = versionsIn(answer.json) ?? [];
  if (typeof first?.max_version === 'string' && isVersion(first.max_version)) return first.max_version;
  throw strange(CALLED.placement, url, answer, http.section);
}

/** Asks at the root, which is in front of the version in the endpoint's path (`nova/volume/cinder.py`). */
async function cinderVersion({ url: endpoint, headers }: Reached, http: HttpClient): Promise<string> {
  const [, root, major] = /^(.*\/)v([123])(?:\/.*)?$/.exec(endpoint.pathname) ?? [];
  if (major !== undefined && major !== '3')
    throw new ApiError(
      'other',
      `Nova does not support Cinder API version ${major}`,
      'Name the endpoint of version 3 in section [cinder] of nova.conf, catalog_info or endpoint_template.',
    );
  const url = new URL(endpoint);
  url.pathname = root ?? url.pathname;
  const answer = await http.get(CALLED.cinder, url, { headers });
  assertAnswered('cinder', url, answer);
  const versions = versionsIn(answer.json)?.map(({ version }) => version);
  if (!versions) throw strange(CALLED.cinder, url, answer, http.section);
  // As Nova, a Cinder without version 3 is taken for one of version 2.
  return (
    versions.find((version): version is string => typeof version === 'string' && /^3\.\d+$/.test(version)) ??
    '2.0'
  );
}

function assertAnswered(service: AskedService, url: URL, answer: Answer): void {
  const at = `${CALLED[service]} at ${place(url)}`;
  if (answer.status === 401)
    throw new ApiError(
      'unauthorized',
      `${at} refused the token.`,
      `See its log: it may ask another Keystone than the one of section [${service}] of nova.conf.`,
    );
  if (answer.status === 404)
    throw new ApiError(
      'not-found',
      `${at} answered HTTP 404.`,
      `Start ${CALLED[service]}, or correct its endpoint in Keystone's catalog.`,
    );
  if (answer.status >= 400) throw strange(CALLED[service], url, answer, `[${service}]`);
}

/** Gives the versions that a service says it has; null for an answer that says nothing of versions. */
function versionsIn(json: unknown): Version[] | null {
  const { versions } = (json ?? {}) as { versions?: unknown };
  if (!Array.isArray(versions)) return null;
  return versions.filter((entry) => typeof entry === 'object' && entry !== null) as Version[];
}

const isVersion = (text: string): boolean => /^\d+\.\d+$/.test(text);
