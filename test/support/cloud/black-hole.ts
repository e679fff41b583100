import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server that accepts every connection and says nothing, as a host does whose PostgreSQL hangs. */
export class BlackHole {
  readonly port: number;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** How many connections it has had. */
  accepted = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.accepted += 1;
      this.#open.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => this.#open.delete(socket))
        .resume();
    });
  }

  static async open(): Promise<BlackHole> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BlackHole(server);
  }

  /** How many connections are open now. */
  get open(): number {
    return this.#open.size;
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
  }
}
