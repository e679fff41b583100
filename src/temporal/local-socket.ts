import type { NativeConnection } from '@temporalio/worker';
import { isSocketAddress, socketAddress, socketPaths } from '../rules/temporal-address.ts';

/** The SDK refuses `unix:` as an address, so it is given another one, and a channel to the socket. */
export async function localClientOptions(address: string) {
  if (!isSocketAddress(address)) return { address };
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
    httpConnectProxy: { targetHost: socketAddress(socketPaths(address).http), basicAuth: null },
  });
  return new (NativeConnection as unknown as NewConnection)(runtime, client, false, []);
}
