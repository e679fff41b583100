import { readFileSync } from 'node:fs';
import { createSecureServer, type IncomingHttpHeaders } from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import path from 'node:path';
import { createServer, TLSSocket } from 'node:tls';

export const certificate = (name: string): string => path.resolve('test/fixtures/tls', name);

const ours = () => ({
  cert: readFileSync(certificate('server.pem')),
  key: readFileSync(certificate('server.key')),
  ALPNProtocols: ['h2'],
});

export type Listening = { address: string; close: () => void };

/** TLS in front of a plain server; `mutual` asks for a client certificate of the test's CA. */
export async function proxyTls(plain: string, { mutual }: { mutual: boolean }): Promise<Listening> {
  const [host, port] = plain.split(':');
  const clients = mutual ? { requestCert: true, ca: readFileSync(certificate('ca.pem')) } : {};
  const server = createServer({ ...ours(), ...clients }, (socket) => {
    const behind = connect(Number(port), host);
    socket.on('error', () => behind.destroy()).pipe(behind);
    behind.on('error', () => socket.destroy()).pipe(socket);
  });
  return listen(server.on('tlsClientError', () => {}));
}

const SSL_REQUEST = '0000000804d2162f';

/** TCP in front of a PostgreSQL's socket. With `tls` it is a server that lets in nobody without (`hostssl`). */
export async function proxyPostgres(socketPath: string, { tls }: { tls: boolean }): Promise<Listening> {
  const server = createTcpServer((front) => {
    front
      .on('error', () => front.destroy())
      .once('data', (first: Buffer) => {
        const asksForTls = first.toString('hex') === SSL_REQUEST;
        if (!asksForTls && tls) return front.destroy();
        const behind = connect(socketPath);
        behind.on('error', () => front.destroy());
        if (!asksForTls) behind.write(first);
        else front.write(tls ? 'S' : 'N');
        const secured = asksForTls && tls ? new TLSSocket(front, { isServer: true, ...ours() }) : front;
        secured
          .on('error', () => behind.destroy())
          .pipe(behind)
          .pipe(secured);
      });
  });
  return listen(server);
}

/** A gRPC server that remembers what it was asked with, and lets nobody in. */
export async function refuseEverybody(): Promise<Listening & { requests: IncomingHttpHeaders[] }> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createSecureServer(ours());
  server.on('stream', (stream, headers) => {
    requests.push(headers);
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': '16',
        'grpc-message': 'Request unauthorized.',
      },
      { endStream: true },
    );
  });
  return { ...(await listen(server)), requests };
}

async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `localhost:${port}`, close: () => void server.close() };
}
