import { get } from 'node:http';
import type { NetConnectOpts } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NativeConnection } from '@temporalio/worker';
import type { Home } from '../../config/home.ts';

const SCHEME = 'unix:';

/** Server and web UI listen here in their private network. */
export const INSIDE = { host: '127.0.0.1', port: 7233 };
export const UI_INSIDE = { ...INSIDE, port: 8233 };

/** The relay inherits the web UI's port on the host under this descriptor, the next after the lock's. */
export const UI_FD = 4;

/**
 * Gives the address of a local Temporal that is closed to other accounts: a socket in the private folder, written as
 * gRPC does (`unix:/path`), so that `temporal --address` takes it too. Any other address is host:port.
 */
export const socketAddress = (home: Home): string => `${SCHEME}${home.runDir}/temporal.sock`;

export const isSocket = (address: string): boolean => address.startsWith(SCHEME);

/** Names the relay's second socket, which speaks HTTP: CONNECT for workers, anything else for a web UI's token. */
const httpAddress = (address: string): string => `${address}.http`;

const pathIn = (address: string): string => address.slice(SCHEME.length);

/** Gives the paths of both sockets of the relay. */
export const socketPaths = (address: string): [grpc: string, http: string] => [
  pathIn(address),
  pathIn(httpAddress(address)),
];

/** Tells Node how to connect to a local Temporal. */
export function dial(address: string): NetConnectOpts {
  if (isSocket(address)) return { path: pathIn(address) };
  const [host, port] = address.split(':');
  return { host: host!, port: Number(port) };
}

/** Gives the SDK a made-up address and a channel to the socket, since it refuses `unix:` as an address. */
export async function localClientOptions(address: string) {
  if (!isSocket(address)) return { address };
  const { Channel } = await import('@grpc/grpc-js');
  type Given = ConstructorParameters<typeof Channel>;
  const channelFactoryOverride = (_: string, credentials: Given[1], options: Given[2]) =>
    new Channel(address, credentials, options);
  return { address: 'localhost', channelArgs: { channelFactoryOverride } };
}

type Internals = { native: object; createNative(make: unknown, ...args: unknown[]): Promise<object> };
type NewConnection = new (
  runtime: object,
  client: object,
  hasTests: boolean,
  plugins: [],
) => NativeConnection;

/**
 * Connects a worker to the socket. The SDK's core can reach a server through an HTTP CONNECT proxy on a Unix socket;
 * only a check in its TypeScript refuses such an address. Hence these internals, and the version pinned in package.json.
 */
export async function connectNativeSocket(address: string): Promise<NativeConnection> {
  const [{ NativeConnection, Runtime }, { native }, { toNativeClientOptions }] = await Promise.all([
    import('@temporalio/worker'),
    import('@temporalio/core-bridge'),
    import('@temporalio/worker/lib/connection-options.js'),
  ]);
  const runtime = Runtime.instance() as unknown as Internals;
  const client = await runtime.createNative(native.newClient, runtime.native, {
    ...toNativeClientOptions({}),
    httpConnectProxy: { targetHost: httpAddress(address), basicAuth: null },
  });
  return new (NativeConnection as unknown as NewConnection)(runtime, client, false, []);
}

/** Asks for a token that lets one browser in at the web UI's gate; whoever can open the socket may have one. */
export const mintUiToken = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socketPath = pathIn(httpAddress(address));
    get({ socketPath, path: '/ui-token' }, (response) => text(response).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
