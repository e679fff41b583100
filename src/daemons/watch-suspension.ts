const LOOK_MS = 3000;

/**
 * Tells of a process that a signal has stopped, once for each time: it keeps its connections, so that nothing but a
 * look shows it. Keeps no process alive.
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
