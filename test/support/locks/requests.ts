import type { Recording } from './recordings.ts';

/** What a recorded request asks for, in keyward's words. `server` is what its path names. */
export type Wish =
  | { do: 'boot' }
  | { do: 'show'; server: string }
  | { do: 'list'; locked: boolean | undefined; sort: { isDescending: boolean } | null }
  | { do: 'action'; server: string; requestId: string }
  | { do: 'lock'; server: string; reason: string | null }
  | { do: 'unlock'; server: string }
  | { do: 'rename'; server: string; name: string }
  | { do: 'properties'; server: string; properties: Record<string, string> }
  | { do: 'tag'; server: string; tag: string }
  | { do: 'delete'; server: string };

/** The microversions that brought `locked` and `locked_reason`. */
const LOCKED = 9;
const REASON = 73;
const minorOf = ({ microversion }: Recording): number => Number(microversion.split('.')[1]);

/** Reads a request; null where it is one of HTTP's alone, or asks for what keyward does not do. */
export function wishIn(recording: Recording): Wish | null {
  const { method, path, body } = recording.request;
  const [name, query] = path.split('?');
  const [, root, server, ...rest] = name!.split('/');
  if (root !== 'servers') return null;
  const asked = [method, ...rest].join(' ');
  if (server === undefined || server === 'detail')
    return method === 'POST' ? { do: 'boot' } : listIn(recording, query);
  if (asked === 'GET') return minorOf(recording) >= LOCKED ? { do: 'show', server } : null;
  if (asked === 'POST action') return lockIn(recording, server);
  if (asked === 'DELETE') return { do: 'delete', server };
  if (asked === 'PUT') return { do: 'rename', server, name: body.server.name };
  if (asked === 'POST metadata') return { do: 'properties', server, properties: body.metadata };
  if (asked.startsWith('PUT tags ')) return { do: 'tag', server, tag: rest[1]! };
  if (asked.startsWith('GET os-instance-actions ')) return { do: 'action', server, requestId: rest[1]! };
  return null;
}

function lockIn(recording: Recording, server: string): Wish | null {
  const { body } = recording.request;
  const [kind, ...others] = Object.keys(body);
  if (others.length > 0) return null;
  if (kind === 'unlock') return { do: 'unlock', server };
  if (kind !== 'lock') return null;
  // An older API takes anything, and does not look at it.
  if (minorOf(recording) < REASON || body.lock === null) return { do: 'lock', server, reason: null };
  if (typeof body.lock !== 'object' || Array.isArray(body.lock)) return null;
  const fields = Object.entries(body.lock);
  if (fields.some(([name, value]) => name !== 'locked_reason' || typeof value !== 'string')) return null;
  return { do: 'lock', server, reason: body.lock.locked_reason ?? null };
}

const TRUE = ['1', 't', 'true', 'on', 'y', 'yes'];
const FALSE = ['0', 'f', 'false', 'off', 'n', 'no'];

/** A list is one of keyward's if each parameter is given once, and means something to this version of Nova's API. */
function listIn(recording: Recording, query = ''): Wish | null {
  const parameters = [...new URLSearchParams(query)];
  const { locked, sort_key: key, sort_dir: direction, ...others } = Object.fromEntries(parameters);
  const isOnce = new Set(parameters.map(([name]) => name)).size === parameters.length;
  if (minorOf(recording) < REASON || !isOnce || Object.keys(others).length > 0) return null;
  const word = locked?.toLowerCase();
  if (word !== undefined && ![...TRUE, ...FALSE].includes(word)) return null;
  if (key !== undefined && (key !== 'locked' || direction === undefined)) return null;
  return {
    do: 'list',
    locked: word === undefined ? undefined : TRUE.includes(word),
    sort: key === undefined ? null : { isDescending: direction === 'desc' },
  };
}
