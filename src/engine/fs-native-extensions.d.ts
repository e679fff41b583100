declare module 'fs-native-extensions' {
  /** True if the lock was granted; false if another open file holds it. */
  export function tryLock(fd: number): boolean;
}
