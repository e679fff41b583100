const LOOK_MS = 3000;

/**
 * Tells of a process that a signal has stopped, once for each time. It polls, since such a process keeps its
 * connections. It does not keep this process alive.
 */
export function watchSuspension(
  suspended: () => number | null,
  tell: (pid: number) => void,
): { close(): void } {
  let told: number | null = null;
  const timer = setInterval(() => {
    const pid = suspended();
    if (pid !== null && pid !== told) tell(pid);
    told = pid;
  }, LOOK_MS).unref();
  return { close: () => clearInterval(timer) };
}
