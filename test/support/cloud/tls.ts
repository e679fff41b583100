import { readFileSync } from 'node:fs';
import { createSecureServer, type IncomingHttpHeaders } from 'node:http2';
import { type AddressInfo, connect, type Server } from 'node:net';
import path from 'node:path';
import { createServer } from 'node:tls';

export const certificate = (name: string): string => path.resolve('test/fixtures/tls', name);

const ours = () => ({
  cert: readFileSync(certificate('server.pem')),
  key: readFileSync(certificate('server.key')),
  ALPNProtocols: ['h2'],
});

export type Listening = { address: string; close: () => void };

/** Puts TLS in front of a plain server; `mutual` asks for a client certificate of the test's CA. */
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

/** Serves gRPC, lets nobody in, and remembers the headers of who asked. */
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
