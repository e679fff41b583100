import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** Tests answer with these gRPC status codes. */
export const Status = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

type Answer = { headers: OutgoingHttpHeaders; body: Buffer; trailers: IncomingHttpHeaders | null };
/** Asks the server, and gives its answer. */
type Ask = () => Promise<Answer>;
/** Decides what becomes of a call; null cuts its connection. */
type Act = (ask: Ask) => Promise<Answer | null>;

/** Says which calls of the method a fault is for: those after the first `skip` (0), and at most `times` (all). */
export type Which = { skip?: number; times?: number };

/** A fault in place; `struck` counts the calls that it has met. */
export type Fault = { readonly struck: number; lift(): void };

/** A fault that stops calls until it is released; `reached` settles when the first one has come there. */
export type Hold = Fault & { reached: Promise<void>; release(): void };

/**
 * Stands in front of a Temporal server and does to a named method what networks, authorizers and full disks do: answers
 * with a status of its own, comes late, never comes, or cuts the connection. Every method of Temporal's services is one
 * request and one answer, so that a call is passed on as a whole. Serves the SDK's client and its Rust worker alike.
 */
export class GrpcProxy {
  readonly #server: Http2Server;
  readonly #target: string;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #calls = new Map<string, number>();
  #faults: ActiveFault[] = [];
  #behind: ClientHttp2Session | null = null;

  private constructor(server: Http2Server, target: string) {
    this.#server = server;
    this.#target = target;
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => {}).on('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      void this.#serve(stream, headers).catch(() => stream.destroy());
    });
  }

  static async open(target: string): Promise<GrpcProxy> {
    const server = createServer();
    const proxy = new GrpcProxy(server, target);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Tells how often the method was called. */
  callsOf(method: string): number {
    return this.#calls.get(method) ?? 0;
  }

  /** Answers with a status, without asking the server. */
  reject(method: string, code: number, which: Which = {}, message = `${method} refused by a test`): Fault {
    return this.#add(method, which, async () => refusal(code, message));
  }

  /** Passes the call on `ms` late; the answer comes as soon as it can. */
  delay(method: string, ms: number, which: Which = {}): Fault {
    return this.#add(method, which, async (ask) => {
      await after(ms);
      return ask();
    });
  }

  /** Stops a call before the server has it, or (`answer`) when the server has done it. */
  hold(method: string, at: 'request' | 'answer', which: Which = {}): Hold {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const fault = this.#add(method, which, async (ask) => {
      const answer = at === 'answer' ? await ask() : null;
      reached.resolve();
      await released.promise;
      return answer ?? ask();
    });
    return Object.assign(fault, { reached: reached.promise, release: () => released.resolve() });
  }

  /** Cuts the connection at a call, before the server has it, or (`answer`) when the server has done it. */
  cut(method: string, at: 'request' | 'answer', which: Which = {}): Fault {
    return this.#add(method, which, async (ask) => {
      if (at === 'answer') await ask();
      return null;
    });
  }

  /** Lifts every fault; calls that are held go on. */
  clear(): void {
    this.#faults = [];
    this.#calls.clear();
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#behind?.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #add(method: string, which: Which, act: Act): ActiveFault {
    const fault = new ActiveFault(method, which, act, () => {
      this.#faults = this.#faults.filter((other) => other !== fault);
    });
    this.#faults.push(fault);
    return fault;
  }

  async #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const method = headers[':path']!.split('/').at(-1)!;
    const gone = new AbortController();
    stream.once('close', () => gone.abort());
    const request = await bytesOf(stream);
    this.#calls.set(method, this.callsOf(method) + 1);
    const fault = this.#faults.find((one) => one.takes(method));
    const ask = (): Promise<Answer> => this.#ask(headers, request, gone.signal);
    const answer = await (fault ? fault.act(ask) : ask());
    if (answer === null) stream.session?.destroy();
    else if (!stream.closed) reply(stream, answer);
  }

  /** Asks the server; the call is withdrawn when its caller has gone, as a worker that stops polling has. */
  async #ask(headers: IncomingHttpHeaders, request: Buffer, gone: AbortSignal): Promise<Answer> {
    gone.throwIfAborted();
    if (!this.#behind || this.#behind.closed || this.#behind.destroyed)
      this.#behind = connect(`http://${this.#target}`).on('error', () => {});
    const own = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/^:(authority|scheme)$/.test(name)),
    );
    const call = this.#behind.request(own);
    const cancel = () => call.close(constants.NGHTTP2_CANCEL);
    gone.addEventListener('abort', cancel);
    try {
      call.end(request);
      let trailers: IncomingHttpHeaders | null = null;
      call.once('trailers', (received) => (trailers = received));
      const [answered] = (await once(call, 'response', { signal: gone })) as [IncomingHttpHeaders];
      return { headers: answered, body: await bytesOf(call), trailers };
    } finally {
      gone.removeEventListener('abort', cancel);
    }
  }
}

class ActiveFault implements Fault {
  struck = 0;
  readonly act: Act;
  readonly lift: () => void;
  readonly #method: string;
  #skip: number;
  readonly #times: number;

  constructor(method: string, { skip = 0, times = Infinity }: Which, act: Act, lift: () => void) {
    this.#method = method;
    this.#skip = skip;
    this.#times = times;
    this.act = act;
    this.lift = lift;
  }

  /** Counts the call, and tells whether it is one of those meant. */
  takes(method: string): boolean {
    if (method !== this.#method || this.struck >= this.#times) return false;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return false;
    }
    this.struck += 1;
    return true;
  }
}

const refusal = (code: number, message: string): Answer => ({
  headers: {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    'grpc-message': encodeURIComponent(message),
  },
  body: Buffer.alloc(0),
  trailers: null,
});

function reply(stream: ServerHttp2Stream, { headers, body, trailers }: Answer): void {
  if (!trailers) return void stream.respond(headers, { endStream: true });
  stream.respond(headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
}

async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
