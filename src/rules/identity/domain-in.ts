import { UsageError } from '../errors.ts';
import type { ResourceKind } from './kinds.ts';
import type { ResourceValues } from './resource.ts';

/** The domain that a request puts something in which can't be without one. */
export function domainIn(kind: ResourceKind, { domain_id: domainId }: ResourceValues): string {
  if (domainId) return domainId;
  throw new UsageError(`A ${kind} belongs to a domain, and the request names none.`, 'Name its domain.');
}
