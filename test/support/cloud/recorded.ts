import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';

/** Reads a file that pg_dump wrote, without psql's own commands and without the search path that it empties. */
export const recorded = (file: string): string =>
  read(`test/fixtures/upstream/${file}`).replaceAll(
    /^\\.*$|^SELECT pg_catalog\.set_config\('search_path'.*$/gm,
    '',
  );

function read(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString();
}
