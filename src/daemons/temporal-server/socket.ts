import { get } from 'node:http';
import type { NetConnectOpts } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Home } from '../../config/home.ts';
import { isSocketAddress, socketAddress, socketPaths } from '../../rules/temporal-address.ts';

/** The server and its web UI listen here in their private network. */
export const INSIDE = { host: '127.0.0.1', port: 7233 };
export const UI_INSIDE = { ...INSIDE, port: 8233 };

/** The relay inherits the web UI's port on the host under this descriptor, the next after the lock's. */
export const UI_FD = 4;

/** Gives the address of this home's Temporal where it is closed to other accounts. */
export const closedAddress = (home: Home): string => socketAddress(`${home.runDir}/temporal.sock`);

/** Tells Node how to connect to a local Temporal. */
export function dial(address: string): NetConnectOpts {
  if (isSocketAddress(address)) return { path: socketPaths(address).grpc };
  const [host, port] = address.split(':');
  return { host: host!, port: Number(port) };
}

/** Asks for a token that lets one browser in at the web UI's gate; whoever can open the socket may have one. */
export const mintUiToken = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { http: socketPath } = socketPaths(address);
    get({ socketPath, path: '/ui-token' }, (response) => text(response).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
