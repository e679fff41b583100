import type { NativeConnection } from '@temporalio/worker';
import { isSocketAddress, socketAddress, socketPaths } from '../rules/temporal-address.ts';

/** Gives the SDK a made-up address and a channel to the socket, since it refuses `unix:` as an address. */
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
    httpConnectProxy: { targetHost: socketAddress(socketPaths(address).http), basicAuth: null },
  });
  return new (NativeConnection as unknown as NewConnection)(runtime, client, false, []);
}
