import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { CellMapping } from '../../src/database/nova-api/cell-mapping.entity.ts';
import { novaApiSchema } from '../../src/database/nova-api/schema.ts';
import { novaCellSchema } from '../../src/database/nova-cell/schema.ts';
import { CELL0_UUID, NO_TRANSPORT } from '../../src/rules/compute/cell.ts';
import { SchemaService } from '../../src/services/schema-service.ts';
import { publicCatalog } from '../support/cloud/catalog.ts';
import { TestPostgres } from '../support/cloud/postgres.ts';
import { exactRows } from '../support/cloud/rows.ts';
import { syncedDatabase } from '../support/cloud/synced-database.ts';
import { urlOf } from '../support/interop/nova/databases.ts';
import { NovaTools } from '../support/interop/nova-tools.ts';

let server: TestPostgres;
let dir: string;
let tools: NovaTools;
beforeAll(async () => {
  server = await TestPostgres.start();
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-nova-'));
  tools = await NovaTools.open(dir);
});
afterAll(async () => {
  tools?.close();
  await server?.stop();
  rmSync(dir, { recursive: true });
});

type Pair = { api: Database; cell: Database };
const eachOf = ({ api, cell }: Pair) => [api, cell].map(({ address }) => address.database);
/** The catalogs and every row of both databases. */
const everything = (pair: Pair) =>
  Promise.all(
    eachOf(pair).map(async (database) => ({
      catalog: await publicCatalog(server, database),
      rows: await exactRows(server, database),
    })),
  );
const pointAt = ({ api, cell }: Pair) =>
  tools.write({
    api_database: { connection: urlOf(api.address) },
    database: { connection: urlOf(cell.address) },
  });
const HEADS = [
  ['api_db', novaApiSchema.heads.expand.revision],
  ['db', novaCellSchema.heads.expand.revision],
] as const;

let ours: Pair;
beforeAll(async () => {
  ours = {
    api: await syncedDatabase(server, novaApiSchema),
    cell: await syncedDatabase(server, novaCellSchema),
  };
});
afterAll(async () => {
  for (const database of Object.values(ours ?? {})) await database.close();
});

describe('databases that keyward made', () => {
  beforeAll(async () => {
    await ours.api.transact(null, (em) =>
      em.insert(CellMapping, {
        uuid: CELL0_UUID,
        name: 'cell0',
        transportUrl: NO_TRANSPORT,
        databaseConnection: urlOf(ours.cell.address),
        disabled: false,
      }),
    );
    pointAt(ours);
  });

  it.each(HEADS)('are at the newest revision to nova-manage %s version', async (category, head) => {
    const { code, stdout } = await tools.manage(category, 'version');
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, head]);
  });

  it.each([
    ['api_db', 'sync'],
    ['db', 'sync', '--local_cell'],
    // This one also goes to cell0, through the mapping.
    ['db', 'sync'],
  ])('are left as they are by nova-manage %s %s %s', async (...args) => {
    const before = await everything(ours);
    const outcome = await tools.manage(...args.filter(Boolean));
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome.stdout + outcome.stderr).not.toMatch(/Running upgrade|WARNING/);
    expect(await everything(ours)).toEqual(before);
  });

  it("have a cell that nova-manage lists, in keyward's row", async () => {
    const { code, stdout } = await tools.manage('cell_v2', 'list_cells');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`\\| +cell0 +\\| ${CELL0_UUID} \\| +none:/ +\\|.*\\| +False +\\|`));
  });
});

describe('databases that nova-manage made', () => {
  it("are, but for keyward's own tables, those that keyward makes, and need nothing else of it", async () => {
    const theirs = {
      api: openDatabase(await server.createDatabase({ empty: true }), novaApiSchema),
      cell: openDatabase(await server.createDatabase({ empty: true }), novaCellSchema),
    };
    try {
      pointAt(theirs);
      for (const args of [
        ['api_db', 'sync'],
        ['db', 'sync', '--local_cell'],
      ])
        expect(await tools.manage(...args)).toMatchObject({ code: 0 });
      for (const name of ['api', 'cell'] as const) {
        const database = theirs[name];
        const catalog = await publicCatalog(server, database.address.database);
        expect(catalog).toEqual(await publicCatalog(server, ours[name].address.database));
        const service = new SchemaService(database);
        expect(await service.sync()).toMatchObject({
          state: 'current',
          applied: [expect.stringMatching(/^keyward-/)],
        });
        expect((await service.state()).state).toBe('current');
        expect(await publicCatalog(server, database.address.database)).toEqual(catalog);
      }
    } finally {
      for (const database of Object.values(theirs)) await database.close();
    }
  });
});
