import type { Announce } from '../rules/announce.ts';
import { watchDeath } from '../daemons/watch-death.ts';

type Kept = {
  socketPath: string;
  /** This is said when it has died. */
  notice: string;
  /** Starts it again, and gives its socket. */
  revive: () => Promise<string>;
  /** False once the command is about to end. */
  isWanted: () => boolean;
};

/** Starts a part again whenever it dies while a command waits. */
export function keepAlive(
  { socketPath, notice, revive, isWanted }: Kept,
  announce: Announce,
): { close(): void } {
  let watch = watchDeath(socketPath, onDeath);

  function onDeath(): void {
    if (!isWanted()) return;
    announce(notice);
    revive().then(
      (revived) => {
        if (isWanted()) watch = watchDeath(revived, onDeath);
      },
      (error: Error) => announce(`It could not be started: ${error.message}`),
    );
  }

  return { close: () => watch.close() };
}
