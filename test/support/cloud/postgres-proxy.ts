import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';

/** A statement that a client sends: its text, and its number in its connection and in the whole proxy, from 1. */
export type Statement = { text: string; connection: number; nth: number; nthOfAll: number };

/**
 * What is done about a statement.
 * - `cut`: the server never sees it, both sides are closed.
 * - `cut-after`: the server executes it to its end, and the client is cut off before the answer.
 * - `gone`: as `cut`, and nobody answers any more: every new connection is closed at once.
 * - `stall`: from then on nothing is forwarded in either direction, of this connection and of each new one.
 * - `half-open`: the server's side is closed, the client's stays open and is silent; new connections work.
 * - `orphan`: the server never sees it; the client is cut off, and the server's side stays open and hears nothing.
 * - `delay`: it is sent on so many milliseconds later.
 */
export type Fault = 'cut' | 'cut-after' | 'gone' | 'stall' | 'half-open' | 'orphan' | { delay: number };

/** Gives the fault of a statement, or nothing where it is to pass. */
export type Plan = (statement: Statement) => Fault | null | undefined;

/** Plans one fault at the first statement that matches. */
export const once = (pattern: RegExp, fault: Fault): Plan => {
  let isDone = false;
  return ({ text }) => {
    if (isDone || !pattern.test(text)) return null;
    isDone = true;
    return fault;
  };
};

/** Plans one fault at the n-th statement of all, from 1. */
export const at =
  (n: number, fault: Fault): Plan =>
  ({ nthOfAll }) =>
    nthOfAll === n ? fault : null;

/** Stands in front of a PostgreSQL, on a Unix socket or on TCP, and does to each statement what the plan says. */
export class PostgresProxy {
  /** The address by which the server is reached through it. */
  readonly address: DatabaseAddress;
  /** Every statement that a client has sent, in order. */
  readonly statements: Statement[] = [];
  plan: Plan = () => null;
  readonly #server: Server;
  readonly #behind: DatabaseAddress;
  readonly #dir: string | null;
  readonly #sockets = new Set<Socket>();
  readonly #proxied = new Set<ProxiedConnection>();
  #connections = 0;
  #isStalled = false;
  #isGone = false;

  private constructor(server: Server, behind: DatabaseAddress, address: DatabaseAddress, dir: string | null) {
    this.#server = server;
    this.#behind = behind;
    this.address = address;
    this.#dir = dir;
    server.on('connection', (front) => this.#accept(front));
  }

  static async start(behind: DatabaseAddress, { tcp = false } = {}): Promise<PostgresProxy> {
    const server = createServer();
    const dir = tcp ? null : mkdtempSync(path.join(tmpdir(), 'pgproxy-'));
    await new Promise<void>((resolve) => {
      if (dir) server.listen(path.join(dir, '.s.PGSQL.5432'), resolve);
      else server.listen(0, '127.0.0.1', resolve);
    });
    const port = dir ? 5432 : (server.address() as AddressInfo).port;
    return new PostgresProxy(server, behind, { ...behind, host: dir ?? '127.0.0.1', port }, dir);
  }

  /** Forgets the plan and what was seen, and ends what is silent: the server hears of it now. */
  reset(): void {
    for (const connection of this.#proxied) connection.endIfSilent();
    this.#proxied.clear();
    this.plan = () => null;
    this.statements.length = 0;
    this.#isStalled = false;
    this.#isGone = false;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#dir) rmSync(this.#dir, { recursive: true, force: true });
  }

  #accept(front: Socket): void {
    this.#keep(front);
    if (this.#isGone) return void front.destroy();
    if (this.#isStalled) return;
    const { host, port } = this.#behind;
    const back = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
    this.#keep(back);
    this.#connections += 1;
    const connection = new ProxiedConnection(front, back, this.#connections, (number, nth, text) => {
      const statement = { text, connection: number, nth, nthOfAll: this.statements.length + 1 };
      this.statements.push(statement);
      const fault = this.plan(statement) ?? null;
      if (fault === 'stall') this.#isStalled = true;
      if (fault === 'gone') this.#isGone = true;
      return fault;
    });
    this.#proxied.add(connection);
    connection.start();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
  }
}

const QUERY = 'Q'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

type Judge = (connection: number, nth: number, text: string) => Fault | null;
type State = 'open' | 'answer-dropped' | 'silent';

/** Cuts both directions into the protocol's messages, so that a fault strikes exactly at a statement. */
class ProxiedConnection {
  readonly #front: Socket;
  readonly #back: Socket;
  readonly #number: number;
  readonly #judge: Judge;
  #state: State = 'open';
  #nth = 0;
  /** A client's messages belong to the login until the server is ready for the first time. */
  #isLoggedIn = false;
  #waiting: Promise<void> = Promise.resolve();

  constructor(front: Socket, back: Socket, number: number, judge: Judge) {
    this.#front = front;
    this.#back = back;
    this.#number = number;
    this.#judge = judge;
  }

  start(): void {
    const [front, back] = [this.#front, this.#back];
    const fromClient = messages((message) => {
      this.#waiting = this.#waiting.then(() => this.#send(message));
    });
    const fromServer = messages((message) => this.#answer(message));
    front.on('data', (chunk: Buffer) => {
      if (this.#isLoggedIn) fromClient(chunk);
      else if (chunk.equals(SSL_REQUEST)) front.write('N');
      else back.write(chunk);
    });
    back.on('data', fromServer);
    // The server is not told of a silent connection's end, just as when a network is down.
    front.on('close', () => this.#state === 'silent' || back.destroy());
    back.on('close', () => this.#state === 'silent' || front.destroy());
  }

  async #send(message: Buffer): Promise<void> {
    if (this.#state === 'silent') return;
    const text = textOf(message);
    const fault = text === null ? null : this.#judge(this.#number, ++this.#nth, text);
    if (fault === 'cut' || fault === 'gone') return void this.#cut();
    if (fault === 'stall' || fault === 'half-open' || fault === 'orphan') {
      this.#state = 'silent';
      if (fault === 'orphan') this.#front.destroy();
      if (fault === 'half-open') this.#back.destroy();
      return;
    }
    if (fault === 'cut-after') this.#state = 'answer-dropped';
    if (fault && typeof fault === 'object') await new Promise((resolve) => setTimeout(resolve, fault.delay));
    this.#back.write(message);
  }

  #answer(message: Buffer): void {
    if (message[0] === READY) this.#isLoggedIn = true;
    if (this.#state === 'open') this.#front.write(message);
    // The server is ready again, so what was asked for is done, and nobody is told.
    else if (this.#state === 'answer-dropped' && message[0] === READY) this.#cut();
  }

  endIfSilent(): void {
    if (this.#state === 'silent') this.#cut();
  }

  #cut(): void {
    this.#front.destroy();
    this.#back.destroy();
  }
}

function textOf(message: Buffer): string | null {
  const kind = message[0];
  if (kind === QUERY) return message.toString('utf8', 5, message.length - 1);
  if (kind !== PARSE) return null;
  const name = message.indexOf(0, 5);
  return message.toString('utf8', name + 1, message.indexOf(0, name + 1));
}

/** Gives whole messages: a byte for the kind, four for the length that does not count the kind, and the rest. */
function messages(use: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 1 + rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1);
      use(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
