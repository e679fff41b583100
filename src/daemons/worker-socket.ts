import { once } from 'node:events';
import { accessSync, constants, lstatSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { UsageError } from '../rules/errors.ts';

/** The kernel allows a socket's path no more. */
const LONGEST_BYTES = 107;

/** Refuses a path at which a worker could not listen, before anything is started. */
export function assertUsable(socketPath: string): void {
  const length = Buffer.byteLength(socketPath);
  if (length > LONGEST_BYTES)
    throw unusable(socketPath, `it has ${length} bytes, and ${LONGEST_BYTES} are allowed`);
  try {
    // The slash makes sure that what lies there is a folder.
    accessSync(`${path.dirname(socketPath)}/`, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(socketPath, (error as Error).message);
  }
  const found = lstatSync(socketPath, { throwIfNoEntry: false });
  if (found && !found.isSocket()) throw unusable(socketPath, 'something that is no socket is there');
}

/** Listens as long as the worker lives; commands wait for this, and notice by it when the worker has died. */
export async function listenAlive(socketPath: string): Promise<() => void> {
  rmSync(socketPath, { force: true });
  const server = createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .unref(),
  );
  try {
    await once(server.listen(socketPath), 'listening');
  } catch (error) {
    throw unusable(socketPath, (error as Error).message);
  }
  return () => void server.close();
}

const unusable = (socketPath: string, why: string): UsageError =>
  new UsageError(
    `KEYWARD_WORKER_SOCKET=${socketPath} can't be listened at: ${why}.`,
    'Name a path of at most 107 bytes in a folder that is there, or unset it.',
  );
