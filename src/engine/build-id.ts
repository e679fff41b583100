import { readFile } from 'node:fs/promises';

/** Reads the name of this build; a worker of another build is replaced. */
export const readBuildId = (): Promise<string> =>
  readFile(new URL(import.meta.resolve('../build-id.txt')), 'utf8').then((text) => text.trim());
