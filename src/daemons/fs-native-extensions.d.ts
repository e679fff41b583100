declare module 'fs-native-extensions' {
  /** True if the lock was granted; false if another open file holds one that excludes it. */
  export function tryLock(
    fd: number,
    offset: number,
    length: number,
    options?: { shared?: boolean },
  ): boolean;
}
