const SCHEME = 'unix:';

/**
 * The address of a local Temporal that is closed to other accounts is a socket in a private folder, written as gRPC
 * does (`unix:/path`), so that `temporal --address` takes it too. Any other address is host:port.
 */
export const socketAddress = (file: string): string => `${SCHEME}${file}`;

export const isSocketAddress = (address: string): boolean => address.startsWith(SCHEME);

/** Gives the paths of both sockets: one speaks gRPC, the other HTTP (CONNECT for workers, and the web UI's tokens). */
export function socketPaths(address: string): { grpc: string; http: string } {
  const grpc = address.slice(SCHEME.length);
  return { grpc, http: `${grpc}.http` };
}
