import { connect, type NetConnectOpts } from 'node:net';

const CONNECT_LIMIT_MS = 5000;

/** Tells whether somebody accepts connections there now. */
export const accepts = (target: NetConnectOpts): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(target);
    const tell = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(CONNECT_LIMIT_MS, () => tell(false));
    socket.once('connect', () => tell(true)).once('error', () => tell(false));
  });

/**
 * Calls `onDeath` once, when nothing listens at the socket any more. An open connection tells that without polling; one
 * that is merely closed (PostgreSQL does so to a silent client) is opened again. It does not keep this process alive.
 */
export function watchDeath(socketPath: string, onDeath: () => void): { close(): void } {
  let isClosed = false;
  let socket = open();

  function open() {
    let wasOpen = false;
    const opened = connect(socketPath).unref();
    opened.once('connect', () => (wasOpen = true));
    opened.on('error', () => {});
    // Unread bytes would keep the end of the stream, and so the death, from being seen.
    opened.resume();
    opened.once('close', () => {
      if (isClosed) return;
      if (wasOpen) socket = open();
      else onDeath();
    });
    return opened;
  }

  return {
    close: () => {
      isClosed = true;
      socket.destroy();
    },
  };
}
