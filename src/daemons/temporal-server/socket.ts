import { get } from 'node:http';
import type { NetConnectOpts } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NativeConnection } from '@temporalio/worker';
import type { Home } from '../../config/home.ts';

const SCHEME = 'unix:';

/** Where server and web UI listen in their private network. */
export const INSIDE = { host: '127.0.0.1', port: 7233 };
export const UI_INSIDE = { ...INSIDE, port: 8233 };

/** The descriptor under which the relay inherits the web UI's port on the host; the lock's comes before it. */
export const UI_FD = 4;

/**
 * The address of a local Temporal that is closed to other accounts: a socket in the private folder, written as gRPC
 * does (`unix:/path`), so that `temporal --address` takes it too. Anything else is host:port.
 */
export const socketAddress = (home: Home): string => `${SCHEME}${home.runDir}/temporal.sock`;

export const isSocket = (address: string): boolean => address.startsWith(SCHEME);

/** The relay's second socket, which speaks HTTP: CONNECT for workers, and anything else for a token of the web UI. */
const httpAddress = (address: string): string => `${address}.http`;

const pathIn = (address: string): string => address.slice(SCHEME.length);

/** Both sockets of the relay, as paths. */
export const socketPaths = (address: string): [grpc: string, http: string] => [
  pathIn(address),
  pathIn(httpAddress(address)),
];

/** How Node connects to a local Temporal. */
export function dial(address: string): NetConnectOpts {
  if (isSocket(address)) return { path: pathIn(address) };
  const [host, port] = address.split(':');
  return { host: host!, port: Number(port) };
}

/** The SDK refuses `unix:` as an address, so it is given another one, and a channel to the socket. */
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
 * A worker's connection to the socket. The SDK's core reaches a server through an HTTP CONNECT proxy on a Unix socket;
 * only the check of the proxy's address in its TypeScript refuses one. Hence these internals, and the SDK's version
 * that is pinned in package.json.
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

/** A token that lets one browser in at the web UI's gate; who can open the socket may have one. */
export const mintUiToken = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socketPath = pathIn(httpAddress(address));
    get({ socketPath, path: '/ui-token' }, (response) => text(response).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
