import { createHash } from 'node:crypto';

/**
 * Gives the id by which Nova's API tells a project which of its servers share a host, without naming the host: empty where
 * there is none. NOTE: nova/utils.py, generate_hostid.
 */
export const hostId = (host: string | null, projectId: string | null): string =>
  host ? createHash('sha224').update(`${projectId}${host}`).digest('hex') : '';
