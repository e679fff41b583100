import { setTimeout as after } from 'node:timers/promises';

const RETRY_MS = 20;

/**
 * Asks again and again, up to `limitMs`, for what no event tells: that a lock is free, or that a server just started
 * answers. Gives false when the time is over or `signal` was aborted.
 */
export async function untilTrue(
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    if (await condition()) return true;
    if (signal?.aborted || Date.now() >= deadline) return false;
    await after(RETRY_MS);
  }
}
