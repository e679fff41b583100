import { RuleError } from '../errors.ts';

/** The services that upgrade checks ask for their newest API version; `nova.conf` has a section for each. */
export type AskedService = 'placement' | 'cinder';

/**
 * The ways of failing that nova-status tells apart; it knows no others, and ends with 255 on them. `not-configured`: no
 * `auth_type` is set; `no-credentials`: it is set to nothing.
 */
export type ApiProblem =
  | 'not-configured'
  | 'no-credentials'
  | 'unauthorized'
  | 'endpoint-missing'
  | 'discovery-failed'
  | 'not-found'
  | 'other';

/** Tells why a service did not say which version it has. Neither text holds a password, a token or a whole answer. */
export class ApiError extends RuleError {
  readonly problem: ApiProblem;

  constructor(problem: ApiProblem, message: string, cure: string) {
    super('ApiError', message, { cure });
    this.problem = problem;
  }
}

/** Asks the services that `nova.conf` names, with the credentials that it has for them. */
export type ServiceApis = {
  /** Gives a service's newest microversion, such as `1.39`. Throws an ApiError, or a UsageError about `nova.conf`. */
  newestVersion(service: AskedService): Promise<string>;
};

/** How a certificate is checked and shown: paths of PEM files, as `nova.conf` has them. */
export type ApiTls = {
  cafile: string | null;
  certfile: string | null;
  keyfile: string | null;
  isInsecure: boolean;
};

/** How a token is got, by the names of keystoneauth's plugins; `section` is where `nova.conf` says so. */
export type ServiceAuth =
  | {
      type: 'password' | 'v3password';
      section: string;
      url: string;
      /** What Keystone is sent, password and all. */
      request: object;
    }
  | { type: 'admin_token'; section: string; endpoint: string | null; token: string }
  | { type: 'none'; section: string; endpoint: string | null };

/** What `nova.conf` says of how a service is reached. */
export type ServiceAccess = {
  service: AskedService;
  /** Null where no `auth_type` is set. */
  auth: ServiceAuth | null;
  /** Nova sends a token of `[service_user]` beside its own, where it is told to. */
  serviceUser: ServiceAuth | null;
  /** Which endpoint of the catalog is meant; of the interfaces the first one that is there. */
  wanted: { type: string; name: string | null; interfaces: string[]; region: string | null };
  /** A URL that stands in for the catalog's. */
  endpoint: string | null;
  tls: ApiTls;
  /** For how long one request may wait, in seconds. */
  timeout: number | null;
  connectRetries: number;
};

/** Compares versions such as `1.36` by their numbers; text that is no version is older than any. */
export function isOlder(version: string, than: string): boolean {
  const [major, minor] = numbersOf(version);
  const [leastMajor, leastMinor] = numbersOf(than);
  return major === leastMajor ? minor < leastMinor : major < leastMajor;
}

const numbersOf = (version: string): [major: number, minor: number] => {
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(version) ?? [];
  return major === undefined ? [-1, -1] : [Number(major), Number(minor)];
};
