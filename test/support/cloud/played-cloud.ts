import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { certificate } from './tls.ts';

export const PASSWORD = 'canary-Pw-1';
export const TOKEN = 'canary-token-1';

/** What a path answers. `body` may be text; `hangs` says where the answer stops: before it or in its midst. */
export type Played = {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  hangs?: 'before' | 'within';
};
type Request = { method: string; path: string; headers: IncomingHttpHeaders; body: string };
/** Paths are those of the requests, without the port. */
type Plays = Record<string, Played | ((request: Request) => Played)>;
type Options = {
  /** The name of a certificate in test/fixtures/tls/postgres; null is plain HTTP. */
  certificate?: string | null;
  /** Lets only those in who show a certificate. */
  mutual?: boolean;
  /** So many connections are cut off before one is served. */
  cutOff?: number;
};

const pem = (name: string): Buffer => readFileSync(certificate(`postgres/${name}`));

/** Plays a Keystone, a Placement and a Cinder in one HTTP server on loopback, and remembers what it was asked. */
export class PlayedCloud {
  readonly requests: Request[] = [];
  readonly url: string;
  readonly #plays: Plays;
  readonly #stop: () => void;
  /** Connections that are open. */
  readonly sockets: Set<Socket>;

  private constructor(url: string, sockets: Set<Socket>, stop: () => void) {
    this.url = url;
    this.sockets = sockets;
    this.#stop = stop;
    this.#plays = usual(url);
  }

  static async start({
    certificate: named = null,
    mutual = false,
    cutOff = 0,
  }: Options = {}): Promise<PlayedCloud> {
    let cloud: PlayedCloud;
    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      void cloud.#answer(request, response);
    const clients = mutual ? { requestCert: true, ca: pem('ca.pem') } : {};
    const server =
      named === null
        ? createHttpServer(serve)
        : createHttpsServer({ cert: pem(named), key: pem('server.key'), ...clients }, serve);
    const sockets = new Set<Socket>();
    let left = cutOff;
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
      if (left-- > 0) socket.destroy();
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `${named === null ? 'http' : 'https'}://localhost:${port}`;
    cloud = new PlayedCloud(url, sockets, () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return cloud;
  }

  /** Makes a path answer otherwise than it usually does. */
  play(plays: Plays): void {
    Object.assign(this.#plays, plays);
  }

  /** Gives what Keystone was sent to log in, parsed. */
  get logins(): { auth: { identity: unknown; scope?: unknown } }[] {
    return this.requests
      .filter(({ path }) => path.endsWith('/auth/tokens'))
      .map(({ body }) => JSON.parse(body) as never);
  }

  close(): void {
    this.#stop();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const request = { method: incoming.method!, path: incoming.url!, headers: incoming.headers, body };
    this.requests.push(request);
    const play = this.#plays[request.path] ?? { status: 404, body: 'no such path' };
    const played = typeof play === 'function' ? play(request) : play;
    if (played.hangs === 'before') return;
    const isText = typeof played.body === 'string';
    response.writeHead(played.status ?? 200, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...played.headers,
    });
    const text = isText ? (played.body as string) : JSON.stringify(played.body);
    if (played.hangs === 'within') response.write(text.slice(0, 3));
    else response.end(text);
  }
}

const endpoints = (url: string, region = 'RegionOne') =>
  ['public', 'internal', 'admin'].map((face) => ({ interface: face, region, region_id: region, url }));

/** The catalog that the token of `usual` has; a test may change it. */
export const catalogOf = (url: string) => [
  { type: 'identity', name: 'keystone', endpoints: endpoints(`${url}/identity`) },
  { type: 'placement', name: 'placement', endpoints: endpoints(`${url}/placement`) },
  { type: 'block-storage', name: 'cinder', endpoints: endpoints(`${url}/volume/v3`) },
];

const LIFE = { issued_at: '2026-01-31T10:00:00.000000Z', expires_at: '2126-01-31T10:00:00.000000Z' };
const DOMAIN = { id: 'default', name: 'Default' };

/** A token as Keystone gives it; one that is for no project has no catalog. */
export const tokenWith = (catalog?: unknown): Played => ({
  status: 201,
  headers: { 'x-subject-token': TOKEN },
  body: {
    token: {
      methods: ['password'],
      ...LIFE,
      user: { id: 'u1', name: 'nova', domain: DOMAIN },
      ...(catalog !== undefined && { catalog, project: { id: 'p1', name: 'service', domain: DOMAIN } }),
    },
  },
});

const v3 = (url: string) => ({
  id: 'v3.14',
  status: 'stable',
  links: [{ rel: 'self', href: `${url}/identity/v3/` }],
});

/** Where everything is as it should be. Keystone knows one password. */
const usual = (url: string): Plays => ({
  '/identity': { status: 300, body: { versions: { values: [v3(url)] } } },
  '/identity/v3': { body: { version: v3(url) } },
  '/identity/v3/': { body: { version: v3(url) } },
  '/identity/v3/auth/tokens': ({ body }) =>
    body.includes(JSON.stringify(PASSWORD))
      ? tokenWith(catalogOf(url))
      : { status: 401, body: { error: { code: 401, message: 'The request requires authentication.' } } },
  '/placement/': { body: { versions: [{ id: 'v1.0', min_version: '1.0', max_version: '1.39' }] } },
  '/volume/': ({ headers }) =>
    headers['x-auth-token'] === TOKEN
      ? { status: 300, body: { versions: [{ id: 'v3.0', version: '3.71', min_version: '3.0' }] } }
      : { status: 401, body: {} },
});
