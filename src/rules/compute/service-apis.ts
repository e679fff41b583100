import { RuleError } from '../errors.ts';

/** The services that upgrade checks ask for their newest API version; `nova.conf` has a section for each. */
export type AskedService = 'placement' | 'cinder';

/** The ways of failing that nova-status tells apart; it knows no others, and ends with 255 on them. */
export type ApiProblem =
  'no-credentials' | 'unauthorized' | 'endpoint-missing' | 'discovery-failed' | 'not-found' | 'other';

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
