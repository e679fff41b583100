import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The class and method of Basic.Ack, by which RabbitMQ confirms a message. */
const BASIC_ACK = Buffer.from([0, 60, 0, 80]);
const METHOD = 1;

/** Stands in front of a RabbitMQ, and can keep its confirmations to itself. */
export class AmqpProxy {
  /** The port of the RabbitMQ behind, which may come back at another one. */
  target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #held: (() => void) | null = null;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
    server.on('connection', (front) => this.#serve(front));
  }

  static async open(target: number): Promise<AmqpProxy> {
    const server = createServer();
    const proxy = new AmqpProxy(server, target);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open now. */
  get open(): number {
    return this.#sockets.size / 2;
  }

  /** Keeps each confirmation from now on; resolves when there was one. */
  holdConfirmation(): Promise<void> {
    return new Promise((resolve) => {
      this.#held = resolve;
    });
  }

  release(): void {
    this.#held = null;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(front: Socket): void {
    const back = connect(this.target, '127.0.0.1');
    for (const socket of [front, back]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    }
    front.pipe(back);
    const pass = frames((frame) => {
      if (this.#held && frame[0] === METHOD && frame.subarray(7, 11).equals(BASIC_ACK)) this.#held();
      else front.write(frame);
    });
    back.on('data', pass).on('close', () => front.destroy());
    front.on('close', () => back.destroy());
  }
}

/** Gives whole frames: a byte for the kind, two for the channel, four for the length, the payload and an end. */
function frames(use: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 7 && rest.length >= 8 + rest.readUInt32BE(3)) {
      const end = 8 + rest.readUInt32BE(3);
      use(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
