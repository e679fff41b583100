import {
  ApiError,
  type ApiProblem,
  type ServiceAccess,
  type ServiceAuth,
} from '../rules/compute/service-apis.ts';
import { type Answer, type HttpClient, kindOf, place } from './http.ts';

type PasswordAuth = Extract<ServiceAuth, { type: 'password' | 'v3password' }>;
type Endpoint = { interface?: unknown; region_id?: unknown; region?: unknown; url?: unknown };
type CatalogEntry = { type?: unknown; name?: unknown; endpoints?: Endpoint[] };

/** A token, and the services that its holder finds; null is a token without a catalog. */
export type Session = { token: string; catalog: CatalogEntry[] | null };

const KEYSTONE = 'Keystone';

/** These are one service by its official name and its older ones (`os_service_types`). */
const BLOCK_STORAGE = ['block-storage', 'volumev3', 'volumev2', 'volume', 'block-store'];

/** Logs in with a user's password (`keystoneauth1/identity/v3/base.py`). */
export async function logIn(auth: PasswordAuth, http: HttpClient): Promise<Session> {
  // For keystoneauth an endpoint is missing where a URL has no host, also if that is Keystone's own.
  const base = urlOf(auth.url, `${auth.section} auth_url`, 'endpoint-missing');
  const version = auth.type === 'password' ? await discover(base, http) : base;
  const url = below(
    version,
    version.pathname.replace(/\/+$/, '').endsWith('v3') ? 'auth/tokens' : 'v3/auth/tokens',
  );
  const answer = await http.post(KEYSTONE, url, { body: auth.request });
  const { status, json, headers } = answer;
  if (status === 401)
    throw new ApiError(
      'unauthorized',
      `${KEYSTONE} at ${place(url)} refused the user and password of section ${auth.section}.`,
      `Correct the user, its domain, password and project in section ${auth.section} of nova.conf.`,
    );
  if (status === 404) throw undiscovered(`${KEYSTONE} is not at ${place(url)}: HTTP 404.`, auth.section);
  const { token } = (json ?? {}) as { token?: { catalog?: unknown } };
  const id = headers['x-subject-token'];
  if (status >= 300 || !token || typeof id !== 'string') throw strange(KEYSTONE, url, answer, auth.section);
  return { token: id, catalog: Array.isArray(token.catalog) ? (token.catalog as CatalogEntry[]) : null };
}

/**
 * Finds Keystone's v3 as keystoneauth's `password` does: by what the server says of its versions, else by the path of
 * `auth_url` (`keystoneauth1/identity/generic/base.py`).
 */
async function discover(base: URL, http: HttpClient): Promise<URL> {
  const isVersioned = base.pathname.startsWith('/v3');
  let why: string;
  try {
    const answer = await http.get(KEYSTONE, base);
    const link = versionLink(answer.json);
    const version = answer.status < 400 && link !== null ? versionAt(base, link) : null;
    if (version) return version;
    why = `${KEYSTONE} at ${place(base)} does not say where its version 3 is: it answered ${kindOf(answer)}.`;
  } catch (error) {
    if (isVersioned || !(error instanceof ApiError)) throw error;
    throw new ApiError('discovery-failed', error.message, error.cure);
  }
  if (isVersioned) return base;
  throw undiscovered(why, http.section);
}

/**
 * Follows a link of the document of versions on the server of `auth_url` only, by its scheme: the document is
 * unauthenticated and often wrong behind a proxy, and a password goes where it leads. Of a link to another server only
 * the version counts (NOTE: keystoneauth1/discover.py, _combine_relative_url). Null for what is no link.
 */
function versionAt(base: URL, link: string): URL | null {
  const root = base.pathname.replace(/\/+$/, '');
  const parent = new URL(`${root}/`, base);
  const href = URL.canParse(link, parent.href) ? new URL(link, parent).href : '';
  const told = href.replace(/^\w+:/, base.protocol);
  if (!URL.canParse(told)) return null;
  const { host, pathname, search } = new URL(told);
  const version = pathname.replace(/\/+$/, '').split('/').at(-1)!;
  const onBase = root.endsWith(version) ? root : `${root}/${version}`;
  return Object.assign(new URL(base), { pathname: host === base.host ? pathname : onBase, search });
}

/** Reads the document of versions of a Keystone's root, or the one of a version. */
function versionLink(json: unknown): string | null {
  const { version, versions } = (json ?? {}) as { version?: unknown; versions?: unknown };
  const listed = Array.isArray(versions) ? versions : (versions as { values?: unknown } | undefined)?.values;
  const entries = [...(Array.isArray(listed) ? listed : []), version] as (
    { id?: unknown; links?: unknown } | null | undefined
  )[];
  const third = entries.find((entry) => /^v3(\.|$)/.test(String(entry?.id)));
  const links = Array.isArray(third?.links) ? (third.links as { rel?: unknown; href?: unknown }[]) : [];
  const self = links.find((link) => link?.rel === 'self')?.href;
  return typeof self === 'string' ? self : null;
}

/** Finds an endpoint in a catalog as keystoneauth does (`keystoneauth1/access/service_catalog.py`). */
export function endpointIn({ catalog }: Session, { service, wanted }: ServiceAccess): URL {
  const entries = servicesOf(catalog ?? [], wanted.type).filter(
    ({ name }) => !wanted.name || !name || name === wanted.name,
  );
  const endpoints = entries
    .flatMap((entry) => (Array.isArray(entry.endpoints) ? entry.endpoints : []))
    .filter(({ region_id: id, region }) => wanted.region === null || (id || region) === wanted.region)
    .filter(({ url }) => typeof url === 'string' && url !== '');
  for (const face of wanted.interfaces) {
    const found = endpoints.find((endpoint) => endpoint.interface === face.replace(/[URL]+$/, ''));
    if (found) return urlOf(found.url as string, `the catalog's endpoint of ${wanted.type}`);
  }
  const where = wanted.region === null ? '' : ` in region ${wanted.region}`;
  throw new ApiError(
    'endpoint-missing',
    catalog === null
      ? 'The token has no catalog, since it is for no project.'
      : `Keystone's catalog has no ${wanted.interfaces.join(' or ')} endpoint of ${wanted.type}${where}.`,
    `Create the endpoint in Keystone, or correct section [${service}] of nova.conf.`,
  );
}

/** Gives the catalog's entries of a type; of a service with several names, those of one name only. */
function servicesOf(catalog: CatalogEntry[], type: string): CatalogEntry[] {
  const known = catalog.filter((entry) => typeof entry === 'object' && entry !== null);
  const named = (name: string): CatalogEntry[] => known.filter((entry) => entry.type === name);
  const [official, ...aliases] = BLOCK_STORAGE;
  if (!BLOCK_STORAGE.includes(type)) return named(type);
  const names = type === official ? [type, ...aliases] : [type, official!];
  return names.map(named).find((found) => found.length > 0) ?? [];
}

/** Reads a URL; `origin` says what has it. An error never repeats it, since it may hold a password. */
export function urlOf(text: string, origin: string, problem: ApiProblem = 'other'): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new ApiError(problem, `${origin} is no http or https URL.`, `Correct ${origin}.`);
}

/** Adds a path to a URL, as keystoneauth joins them. */
export function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}

/** An answer for which nova-status has no words of its own. */
export const strange = (what: string, url: URL, answer: Answer, section: string): ApiError =>
  new ApiError(
    'other',
    `${what} at ${place(url)} answered ${kindOf(answer)}, which is not what ${what} answers.`,
    `See the log of ${what}, and what stands in front of it; or correct its URL in section ${section} of nova.conf or in Keystone's catalog.`,
  );

const undiscovered = (message: string, section: string): ApiError =>
  new ApiError('discovery-failed', message, `Correct auth_url in section ${section} of nova.conf.`);
