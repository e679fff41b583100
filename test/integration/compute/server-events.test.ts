import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { plantServers } from '../../support/cloud/servers.ts';

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(2, (made) => ({ server, cells } = made));

const DEADLINE_MS = 8000;
/** Of these requests each two have one time, and the first has none. */
const COUNT = 40;
let uuid: string;
let gone: string;

beforeAll(async () => {
  [uuid, gone] = (await plantServers({ server, cells }, 'cell1', [
    { display_name: 'busy', project_id: 'p1' },
    { deleted: true },
  ])) as [string, string];
  await server.query(
    cells.databaseOf('cell1'),
    `insert into instance_actions (created_at, updated_at, start_time, action, instance_uuid, request_id, deleted, project_id)
     select case when n > 1 then timestamp '2026-01-01' + (n / 2) * interval '1 hour' end,
       timestamp '2026-01-01' + n * interval '1 hour', timestamp '2026-01-01 00:00:00.000001', 'lock', '${uuid}',
       'req-' || n, 0, 'p2' from generate_series(1, ${COUNT}) n;
     insert into instance_actions (created_at, action, instance_uuid, request_id, deleted)
       values ('2025-01-01', 'delete', '${gone}', 'req-gone', 0), ('2025-01-01', 'create', '${uuid}', 'twice', 0),
         ('2025-01-02', 'lock', '${uuid}', 'twice', 0);
     insert into instance_actions_events (created_at, event, action_id, result, host, details, deleted)
       select created_at + n * interval '1 second', 'step' || n, id, 'Success', 'compute1', null, 0
       from instance_actions, generate_series(1, 2) n where request_id in ('req-7', 'twice')`,
  );
});

type Wanted = Parameters<TestCells['services']['serverEvents']['list']>[1];
async function list(wanted: Wanted = {}, of = uuid): Promise<string[]> {
  const requests: string[] = [];
  for await (const page of cells.services.serverEvents.list(of, wanted, DEADLINE_MS))
    requests.push(...page.map(({ requestId }) => requestId!));
  return requests;
}
const show = (request: string) => cells.services.serverEvents.show(uuid, request, DEADLINE_MS);

describe('the actions of a server', () => {
  it('are listed with the newest first, and of one time the one of the greater id', async () => {
    const sorted = Array.from({ length: COUNT - 1 }, (_, at) => `req-${COUNT - at}`);
    // PostgreSQL has what is not set before everything else then, as Nova's own list has.
    expect(await list()).toEqual(['req-1', ...sorted, 'twice', 'twice']);
  });

  it('are the same wherever pages are cut', async () => {
    const whole = (await list()).slice(0, COUNT);
    const paged: string[] = [];
    for (let marker: string | undefined; paged.length < COUNT; marker = paged.at(-1))
      paged.push(...(await list({ limit: 9, marker })));
    expect(paged.slice(0, COUNT)).toEqual(whole);
  });

  it('are narrowed to when they were changed, at both ends inclusive', async () => {
    const [changesSince, changesBefore] = ['2026-01-01T05:00:00.000000', '2026-01-01T07:00:00.000000'];
    expect(await list({ changesSince, changesBefore })).toEqual(['req-7', 'req-6', 'req-5']);
  });

  it('are there of a deleted server too', async () => {
    expect(await list({}, gone)).toEqual(['req-gone']);
  });

  it('are refused after a marker that is no request of it', async () => {
    await expect(list({ marker: 'req-41' })).rejects.toMatchObject({
      name: 'NotFound',
      message: `The server ${uuid} has no action of the request 'req-41'.`,
    });
  });
});

describe('an action', () => {
  it('has its steps, the newest first, with the host as its project may know it', async () => {
    const { events, startTime, action } = await show('req-7');
    expect({ startTime, action }).toEqual({ startTime: '2026-01-01T00:00:00.000001', action: 'lock' });
    // The SHA-224 of `p2compute1`.
    const host = { host: 'compute1', hostId: '4f5c0aad3446015b6788953c032bbc926a924864a34db81b37c2e63a' };
    expect(events).toMatchObject([
      { event: 'step2', ...host },
      { event: 'step1', ...host },
    ]);
  });

  it('of a request that is there twice is the newest one, with its own steps', async () => {
    const { action, events } = await show('twice');
    expect(action).toBe('lock');
    expect(events).toHaveLength(2);
  });

  it.each(['REQ-7', '7', 'req-'])('is not found by %s', async (request) => {
    await expect(show(request)).rejects.toMatchObject({ name: 'NotFound', exitCode: 1 });
  });
});
