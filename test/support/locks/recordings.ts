import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Caller } from '../../../src/rules/compute/caller.ts';
import type { Recorded } from '../notifications/recorded.ts';

const NOVA = 'test/fixtures/upstream/nova';
const FOLDER = `${NOVA}/lock`;

/** What a real Nova 34 was asked, and what it answered. */
export type Recording = {
  file: string;
  user: string;
  microversion: string;
  request: { method: string; path: string; body: any };
  response: { status: number; headers: Record<string, string>; body: any };
};

/** The rows of the first server, as they were at that time. */
export type Dump = {
  instances: [Record<string, unknown>];
  instance_system_metadata: { key: string; value: string; deleted: number }[];
  instance_actions: ActionRow[];
  instance_actions_events: EventRow[];
  instance_faults: unknown[];
};
export type ActionRow = {
  id: number;
  action: string;
  request_id: string;
  user_id: string;
  project_id: string;
  message: string | null;
  finish_time: unknown;
};
export type EventRow = {
  action_id: number;
  event: string;
  result: string | null;
  host: string;
  finish_time: unknown;
  traceback: string | null;
  details: string | null;
};

/** A change of a row that a trigger in Nova's database saw; texts are cut. */
export type RowChange = {
  table: string;
  op: 'INSERT' | 'UPDATE' | 'DELETE';
  changes: Record<string, [string | null, string | null]>;
};

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** In the order in which they were recorded; the changes of rows, which have no number, are the last. */
export const files = readdirSync(FOLDER).toSorted();
const isDump = (file: string): boolean => /^\d+-db-/.test(file);

/** The changes of the first server's rows. */
export const ROW_CHANGES = 'row-changes-lock1.json';
export const rowChanges = read(`${FOLDER}/${ROW_CHANGES}`) as RowChange[];

export const recordings = new Map(
  files
    .filter((file) => !isDump(file) && file !== ROW_CHANGES)
    .map((file) => [file, { file, ...(read(`${FOLDER}/${file}`) as object) } as Recording]),
);
export const dumps = new Map(files.filter(isDump).map((file) => [file, read(`${FOLDER}/${file}`) as Dump]));
/** The dump that has all that Nova had noted in the end. */
export const lastDump = dumps.get('093-db-lock-final.json')!;

export const requestIdOf = ({ response }: Recording): string => response.headers['x-openstack-request-id']!;
export const numberOf = (file: string): string => file.slice(0, 3);

/** What was sent about locks, by the ids of the requests. */
export const notifications = new Map(
  readdirSync(`${NOVA}/notifications`)
    .filter((file) => /^instance\.(un)?lock-/.test(file))
    .map((file) => {
      const sent = read(path.join(NOVA, 'notifications', file)) as Recorded;
      return [dataOf(sent)['request_id'] as string, sent];
    }),
);

export function dataOf({ payload }: Pick<Recorded, 'payload'>): Record<string, unknown> {
  return payload['nova_object.data'] as Record<string, unknown>;
}

const idOf = (file: string): string => recordings.get(file)!.response.body.server.id;
export const LOCK1 = idOf('001-boot-lock1.json');
export const LOCK2 = idOf('011-boot-lock2.json');

/** Whoever locked and unlocked first, and the admin who did so next. */
const [alice, admin] = ['006-lock-owner-with-reason.json', '052-relock-admin-over-owner.json'].map((file) => {
  const requestId = requestIdOf(recordings.get(file)!);
  const { user_id: userId, project_id: projectId } = lastDump.instance_actions.find(
    ({ request_id: id }) => id === requestId,
  )!;
  return { userId, projectId };
});
const bobsKey = read(`${NOVA}/keypairs/003-keypair-create-bob-key.json`) as Recording;

/** Who is named in recordings. Alice and Bob are members of the project that the servers are of. */
export const callers: Record<string, { userId: string; projectId: string }> = {
  alice: alice!,
  bob: { userId: bobsKey.response.body.keypair.user_id, projectId: alice!.projectId },
  admin: admin!,
};

/** Calls the servers, users and projects of the recordings by their names, so that people can read a text. */
export function named(text: string): string {
  const names: [string, string][] = [
    [LOCK1, 'lock1'],
    [LOCK2, 'lock2'],
    ...Object.entries(callers).map(([name, { userId }]): [string, string] => [userId, name]),
    [callers['alice']!.projectId, 'demo'],
    [callers['admin']!.projectId, 'admins'],
  ];
  return names.reduce((told, [id, name]) => told.replaceAll(id, name), text);
}

export const nameOfCaller = ({ userId, projectId }: Caller): string => named(`${userId} of ${projectId}`);
