import { readFileSync } from 'node:fs';

/** Reads a file that pg_dump wrote, without psql's own commands and without the search path that it empties. */
export const recorded = (file: string): string =>
  readFileSync(`test/fixtures/upstream/${file}`, 'utf8').replaceAll(
    /^\\.*$|^SELECT pg_catalog\.set_config\('search_path'.*$/gm,
    '',
  );
