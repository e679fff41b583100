import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Outcome, TestHome } from '../support/home/cli.ts';
import { pem, TlsPostgres } from '../support/cloud/tls-postgres.ts';

const home = TestHome.clone();
let server: TlsPostgres;
beforeAll(async () => {
  server = await TlsPostgres.start();
  await server.present('right.pem');
});
afterAll(async () => {
  await home.remove();
  await server.stop();
});

const FULL = { sslmode: 'verify-full', sslrootcert: pem('ca.pem') };
const environment = (url: string) => ({ KEYWARD_KEYSTONE_DATABASE_URL: url });
const keyward = (url: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
  home.run(args, { env: { ...environment(url), ...env }, input: 'tls-Pw-1\n' });

function expectConfiguration({ code, stdout, stderr }: Outcome, said: RegExp): void {
  expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/ bug|^\s+at /m);
}

describe('a URL whose TLS does not fit', () => {
  it.each<[string, string | null, string, Record<string, string>, RegExp]>([
    ['none on the server', null, 'localhost', FULL, /offers none[^]*sslmode=prefer/],
    ['a self-signed certificate', 'self-signed.pem', 'localhost', FULL, /not trusted[^]*sslrootcert/],
    ['another authority', 'by-other-ca.pem', 'localhost', FULL, /not trusted[^]*sslrootcert/],
    ['another name', 'common-name.pem', '127.0.0.1', FULL, /not of 127\.0\.0\.1[^]*sslmode=verify-ca/],
    [
      'a certificate that has expired',
      'expired.pem',
      'localhost',
      FULL,
      /has expired[^]*sslmode=verify-full/,
    ],
  ])('is told as configuration: %s', async (_, certificate, host, query, said) => {
    await server.present(certificate);
    expectConfiguration(await keyward(server.url(host, query), ['role', 'list']), said);
  });

  it('is wrong usage where keyward would have to drop a part of it', async () => {
    const outcome = await keyward(server.url('localhost', { require_auth: 'none' }), ['role', 'list']);
    expect(outcome).toMatchObject({ code: 64, stderr: expect.stringMatching(/the parameter require_auth/) });
  });
});

describe('a run', () => {
  it('works with the settings of the command, in a worker that has another folder', async () => {
    await server.present('right.pem');
    const url = server.url('127.0.0.1', { ...FULL, application_name: 'keyward of a test' }, 'scram');
    expect(await keyward(url, ['db', 'sync'])).toMatchObject({ code: 0 });
    expect(await keyward(url, ['bootstrap', '--bootstrap-password-stdin'])).toMatchObject({ code: 0 });
    const [worker] = await server.query<{ ssl: boolean }>(
      `select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid)
       where application_name = 'keyward of a test'`,
    );
    expect(worker).toEqual({ ssl: true });
  });

  it('fails at its first attempt where the certificate is not of the host', async () => {
    await server.present('common-name.pem');
    const front = await countConnections(server.port);
    const url = `postgresql://openstack@127.0.0.1:${front.port}/postgres?${new URLSearchParams(FULL)}`;
    const outcome = await keyward(url, ['bootstrap', '--bootstrap-password-stdin']);
    front.server.close();
    expectConfiguration(outcome, /not of 127\.0\.0\.1[^]*sslmode=verify-ca/);
    // One by the run, and one by the command, which asks what the run has left behind.
    expect(front.count()).toBe(2);
  });
});

describe('sslrootcert=system', () => {
  it.each([
    [{ SSL_CERT_FILE: pem('ca.pem') }, 0],
    [{}, 69],
  ])('trusts the authorities of the host: %j', async (env, code) => {
    await server.present('right.pem');
    const url = server.url('localhost', { sslrootcert: 'system' });
    expect(await keyward(url, ['db', 'sync', '--check'], env)).toMatchObject({ code });
  });
});

/** A front of the server that counts who came. */
async function countConnections(to: number): Promise<{ port: number; count: () => number; server: Server }> {
  let count = 0;
  const front = createServer((socket) => {
    count += 1;
    const behind = connect(to, '127.0.0.1');
    behind.on('error', () => socket.destroy());
    socket
      .on('error', () => behind.destroy())
      .pipe(behind)
      .pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return { port: (front.address() as AddressInfo).port, count: () => count, server: front };
}
