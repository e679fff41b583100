import { readFile } from 'node:fs/promises';

/** Names this build: a worker of another one is replaced. */
export const readBuildId = (): Promise<string> =>
  readFile(new URL(import.meta.resolve('../build-id.txt')), 'utf8').then((text) => text.trim());
