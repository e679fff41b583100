/** So many connections of this process to one server there may be at once, since others need theirs. */
const AT_ONCE = 16;

const waiting = new Map<string, (() => void)[]>();
const taken = new Map<string, number>();

/**
 * Lets a server's connections be made a few at a time: a hundred cells may be on one server, and several checks ask them
 * at once. `server` is what tells servers apart. Resolves to what gives the turn back.
 */
export async function takeTurn(server: string): Promise<() => void> {
  const count = taken.get(server) ?? 0;
  if (count >= AT_ONCE) {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(server, [...(waiting.get(server) ?? []), resolve]);
    await promise;
  } else taken.set(server, count + 1);
  return () => giveBack(server);
}

/** The turn goes on to whoever has waited longest. */
function giveBack(server: string): void {
  const [next, ...others] = waiting.get(server) ?? [];
  waiting.set(server, others);
  if (next) next();
  else taken.set(server, (taken.get(server) ?? 1) - 1);
}
