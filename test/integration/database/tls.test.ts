import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../src/database/database.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { TestPostgres } from '../../support/postgres.ts';
import { certificate, type Listening, proxyPostgres } from '../../support/tls.ts';

let server: TestPostgres;
let fronts: { tls: Listening; plain: Listening };
beforeAll(async () => {
  server = await TestPostgres.start();
  const socket = `${server.address.host}/.s.PGSQL.${server.address.port}`;
  fronts = {
    tls: await proxyPostgres(socket, { tls: true }),
    plain: await proxyPostgres(socket, { tls: false }),
  };
});
afterAll(async () => {
  fronts.tls.close();
  fronts.plain.close();
  await server.stop();
});

const CA = certificate('ca.pem');
const ask = async (front: 'tls' | 'plain', how: Partial<DatabaseAddress>): Promise<string> => {
  const [host, port] = fronts[front].address.split(':');
  const database = await openDatabase({ ...server.address, host: host!, port: Number(port), ...how });
  try {
    const rows = await database.read((em) => em.execute<{ one: number }[]>('select 1 as one'));
    return rows[0]!.one === 1 ? 'in' : 'odd';
  } catch {
    return 'out';
  } finally {
    await database.close();
  }
};

describe('sslmode, as libpq reads it', () => {
  it.each<[DatabaseAddress['ssl'], string | null, string, string]>([
    ['disable', null, 'out', 'in'],
    ['prefer', null, 'in', 'in'],
    ['require', null, 'in', 'out'],
    ['require', CA, 'in', 'out'],
    ['require', certificate('client.pem'), 'out', 'out'],
    ['verify-ca', null, 'out', 'out'],
    ['verify-ca', CA, 'in', 'out'],
    ['verify-full', CA, 'in', 'out'],
  ])(
    '%s with certificate %p: %s where TLS is a must, %s where there is none',
    async (ssl, file, tls, plain) => {
      const how = { ssl, sslRootCert: file };
      expect({ tls: await ask('tls', how), plain: await ask('plain', how) }).toEqual({ tls, plain });
    },
  );
});
