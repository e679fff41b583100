import type { RunInput } from '../run-request.ts';
import { runId } from '../target.ts';
import type { ServerChangeRequest } from './new-server.ts';

/** Why a server is protected against its deletion, by which account, and since when (ISO 8601 in UTC, with no zone). */
export type Protection = { reason: string; by: string; since: string };

/** What is asked: `reason` is null to take the protection off. */
export type ServerProtectRequest = ServerChangeRequest & { reason: string | null };

export const protectWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'server-protect', requestId);
