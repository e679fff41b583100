import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Client } from 'pg';
import { TestCells } from './cells.ts';
import { TestPostgres } from './postgres.ts';
import { TestIdentity } from './resources.ts';

/** Opens one bootstrapped cloud for all tests of a file. */
export function oneCloudPerFile(use: (opened: { server: TestPostgres; cloud: TestIdentity }) => void): void {
  let server: TestPostgres;
  let cloud: TestIdentity;
  beforeAll(async () => {
    server = await TestPostgres.start();
    cloud = await TestIdentity.open(server);
    use({ server, cloud });
  });
  afterAll(async () => {
    await cloud.close();
    await server.stop();
  });
}

/** Makes cell0 to cell<N - 1> for all tests of a file. */
export function cellsPerFile(
  count: number,
  use: (made: { server: TestPostgres; cells: TestCells }) => void,
): void {
  let server: TestPostgres;
  let cells: TestCells;
  beforeAll(async () => {
    server = await TestPostgres.start();
    cells = await TestCells.make(server, count);
    use({ server, cells });
  });
  afterAll(async () => {
    await cells?.close();
    await server.stop();
  });
}

/** Opens a bootstrapped cloud for each test, and a connection of the test's own to its database. */
export function freshCloudPerTest(
  use: (opened: { server: TestPostgres; cloud: TestIdentity; client: Client }) => void,
): void {
  let server: TestPostgres;
  let cloud: TestIdentity;
  let client: Client;
  beforeAll(async () => {
    server = await TestPostgres.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    cloud = await TestIdentity.open(server);
    client = await server.connect(cloud.address.database);
    use({ server, cloud, client });
  });
  afterEach(async () => {
    await client.end();
    await cloud.close();
  });
}
