import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/database/database.ts';
import { novaApiSchema } from '../../src/database/nova-api/schema.ts';
import { Service } from '../../src/database/nova-cell/host.entity.ts';
import {
  finishEvent,
  insertAction,
  startEvent,
} from '../../src/database/nova-cell/instance-action.repository.ts';
import {
  deleteSystemMetadata,
  findInstance,
  putSystemMetadata,
} from '../../src/database/nova-cell/instance.repository.ts';
import { novaCellSchema } from '../../src/database/nova-cell/schema.ts';
import { softDelete } from '../../src/database/nova-cell/soft-delete.ts';
import { copyRows, jsonRows, type Kind, kindsOf } from '../support/cloud/entity-rows.ts';
import { TestPostgres } from '../support/cloud/postgres.ts';
import { syncedDatabase } from '../support/cloud/synced-database.ts';
import { confText } from '../support/conf-file.ts';
import { urlOf } from '../support/interop/nova/databases.ts';
import { NovaObjects, type ObjectRows } from '../support/interop/nova-objects.ts';
import { ForkedPrograms } from '../support/interop/programs.ts';
import { ensureVenv } from '../support/interop/venv.ts';

let server: TestPostgres;
let dir: string;
const open: Database[] = [];
/** Nova's objects write into the first two; keyward's entities read those and write the last two. */
let [theirApi, theirCell, ourApi, ourCell]: Database[] = [];
let [theirs, ours]: ObjectRows[] = [];
let token: string;

const objectsOn = (name: string, api: Database, cell: Database): NovaObjects => {
  const config = path.join(dir, `${name}.conf`);
  const sections = {
    // Some objects tell others of what they do.
    DEFAULT: { transport_url: 'fake:/' },
    api_database: { connection: urlOf(api.address) },
    database: { connection: urlOf(cell.address) },
  };
  writeFileSync(config, confText(sections));
  return new NovaObjects(programs, config);
};
let programs: ForkedPrograms;
let ourObjects: NovaObjects;
let kinds: { kind: Kind; from: Database; to: Database }[];

beforeAll(async () => {
  server = await TestPostgres.start();
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-nova-'));
  for (const schema of [novaApiSchema, novaCellSchema, novaApiSchema, novaCellSchema])
    open.push(await syncedDatabase(server, schema));
  [theirApi, theirCell, ourApi, ourCell] = open;
  programs = new ForkedPrograms(path.join(await ensureVenv(), 'bin'), 'nova');
  const theirObjects = objectsOn('theirs', theirApi!, theirCell!);
  ourObjects = objectsOn('ours', ourApi!, ourCell!);
  token = await theirObjects.write();
  kinds = [
    ...(await kindsOf(theirApi!)).map((kind) => ({ kind, from: theirApi!, to: ourApi! })),
    ...(await kindsOf(theirCell!)).map((kind) => ({ kind, from: theirCell!, to: ourCell! })),
  ];
  for (const { kind, from, to } of kinds) await copyRows(from, to, kind);
  [theirs, ours] = [await theirObjects.read(token), await ourObjects.read(token)];
});
afterAll(async () => {
  programs?.close();
  for (const database of open) await database.close();
  await server?.stop();
  rmSync(dir, { recursive: true });
});

/** These kinds are fields of others to Nova. */
const WITHIN = 'flavor_extra_specs flavor_projects instance_extra instance_metadata instance_system_metadata';

it('Nova has written rows of every kind', () => {
  expect([...Object.keys(theirs!), ...WITHIN.split(' ')].toSorted()).toEqual(
    kinds.map(({ kind }) => kind.tableName).toSorted(),
  );
  for (const [table, rows] of Object.entries(theirs!))
    expect([table, rows.length > 0]).toEqual([table, true]);
});

it("Nova's objects read what keyward wrote as they read their own, and no byte differs", async () => {
  expect(ours).toEqual(theirs);
  for (const { kind, from, to } of kinds) {
    const [real, copied] = [from, to].map(({ address }) =>
      jsonRows(server, address.database, kind.tableName),
    );
    expect((await real!).length).toBeGreaterThan(0);
    expect(await copied).toEqual(await real);
  }
});

describe("keyward's entities", () => {
  /** An entity's values by the column, as Nova's objects give them. */
  const inNovasWords = (row: Record<string, unknown>, { props }: Kind): Record<string, unknown> =>
    Object.fromEntries(
      props.map(({ name, fieldNames: [column], columnTypes: [type] }) => {
        const value = row[name] ?? null;
        if (column === 'config_drive') return [column, value === null ? null : value ? 'True' : ''];
        if (column === 'cleaned') return [column, value === 1];
        return [column, type === 'timestamp' && value !== null ? isoOf(value as number) : value];
      }),
    );
  const isoOf = (micros: number): string => {
    const seconds = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19);
    const fraction = micros % 1e6;
    return `${seconds}${fraction ? `.${String(fraction).padStart(6, '0')}` : ''}+00:00`;
  };

  it.each([
    ['services', 15],
    ['compute_nodes', 25],
    ['instances', 46],
    ['instance_faults', 10],
    ['instance_actions', 13],
    ['instance_actions_events', 13],
    ['console_auth_tokens', 10],
    ['cell_mappings', 8],
    ['host_mappings', 4],
    ['instance_mappings', 7],
    ['flavors', 15],
    ['key_pairs', 8],
    ['build_requests', 5],
  ])('read of %s what Nova reads, in at least %i columns', async (table, least) => {
    const { kind, from } = kinds.find((each) => each.kind.tableName === table)!;
    const rows = await from.read((em) => em.find(kind.class, {}, { orderBy: { id: 'asc' } as never }));
    const real = theirs![table]!.toSorted((a, b) => Number(a['id']) - Number(b['id']));
    expect(rows).toHaveLength(real.length);
    for (const [at, row] of rows.entries()) {
      const read = inNovasWords(row as Record<string, unknown>, kind);
      // A field that is an object to Nova is JSON text to keyward.
      const shared = Object.entries(real[at]!).filter(
        ([name, value]) => name in read && (value === null || typeof value !== 'object'),
      );
      const seen = Object.fromEntries(shared.map(([name]) => [name, read[name]]));
      expect(seen).toEqual(Object.fromEntries(shared));
      expect(shared.length).toBeGreaterThanOrEqual(least);
    }
  });
});

it("Nova's objects read what keyward does to a server: a key put, one removed, an action, a service deleted", async () => {
  const { uuid } = theirs!['instances']![0] as { uuid: string };
  await ourCell!.transact(null, async (em) => {
    const found = await findInstance(em, uuid, { lock: true });
    expect(found!.systemMetadata).toMatchObject({ image_os: 'ä' });
    await putSystemMetadata(em, uuid, 'locked_reason', 'é');
    await deleteSystemMetadata(em, uuid, 'image_os');
    const request = { requestId: 'req-2', userId: 'user-1', projectId: 'project-1', instanceUuid: uuid };
    const actionId = await insertAction(em, { ...request, action: 'lock' });
    const id = await startEvent(em, { actionId, event: 'api_lock', host: 'h' });
    await finishEvent(em, { id, actionId, error: null });
    expect(await softDelete(em, Service, { binary: 'nova-metadata' })).toBe(1);
  });
  const now = await ourObjects.read(token);
  const before = ours!;
  const of = (rows: ObjectRows) => rows['instances']![0]!['system_metadata'] as Record<string, string>;
  const { image_os: _, ...others } = of(before);
  expect(of(now)).toEqual({ ...others, locked_reason: 'é' });
  const [action] = now['instance_actions']!;
  expect(action).toMatchObject({ action: 'lock', request_id: 'req-2', message: null, finish_time: null });
  const events = now['instance_actions_events']!.filter((event) => event['action_id'] === action!['id']);
  const finished = { event: 'api_lock', result: 'Success', host: 'h', finish_time: expect.any(String) };
  expect(events).toEqual([expect.objectContaining(finished)]);
  expect(now['services']).toEqual(before['services']!.filter((row) => row['binary'] !== 'nova-metadata'));
});
