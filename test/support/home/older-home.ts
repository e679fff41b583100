import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { acquireLock } from '../../../src/daemons/process-lock.ts';
import { stopParts } from '../../../src/daemons/parts.ts';
import { TestHome } from './cli.ts';

const PATIENCE_MS = 240_000;
/** The compressor's window is wide: a PostgreSQL's databases are much alike, and lie far apart in the archive. */
const WINDOW = 27;
const BIG = 256 * 1024 * 1024;

/** A recorded home's content as the keyward that left it showed it, and every row of its tables as a JSON text. */
export type Recorded = {
  commit: string;
  shown: Record<string, Record<string, unknown>[]>;
  rows: Record<string, string[]>;
};

/** Gives one path for everywhere, since older commits made a home's target of its path. */
export const pathOf = (commit: string): string => `/tmp/keyward-home-${commit}`;
const fixture = (file: string): string => `test/fixtures/homes/${file}`;

/** Packs a home without its logs and sockets. */
export function packedHome(dir: string): Buffer {
  const flags = ['--exclude=./log/*', '--exclude=./run/*', '--owner=0', '--group=0', '--numeric-owner'];
  const archive = execFileSync('tar', ['-c', ...flags, '-C', dir, '.'], { maxBuffer: BIG });
  return zstdCompressSync(archive, {
    params: {
      [constants.ZSTD_c_compressionLevel]: 19,
      [constants.ZSTD_c_windowLog]: WINDOW,
      [constants.ZSTD_c_enableLongDistanceMatching]: 1,
    },
  });
}

/** Unpacks the home that the commit left behind, once nobody else on this machine works with one; `close` removes it. */
export async function openOlderHome(commit: string) {
  const dir = pathOf(commit);
  const lock = await acquireLock(`${dir}.lock`, PATIENCE_MS);
  if (lock === null) throw new Error(`Another test has been using ${dir} for minutes.`);
  const home = new TestHome(dir);
  await stopParts(home.home);
  rmSync(dir, { recursive: true });
  mkdirSync(dir, { mode: 0o700 });
  const packed = readFileSync(fixture(`${commit}.tar.zst`));
  const input = zstdDecompressSync(packed, { params: { [constants.ZSTD_d_windowLogMax]: WINDOW } });
  execFileSync('tar', ['-x', '--no-same-owner', '-p', '-C', dir], { input });
  keepRuns(`${dir}/temporal.db`);
  const recorded = JSON.parse(readFileSync(fixture(`${commit}.json`), 'utf8')) as Recorded;
  const close = async (): Promise<void> => {
    await home.remove();
    closeSync(lock);
  };
  return { home, recorded, close };
}

/** A Temporal of ours forgets a run a day after its end; a recorded one would do so as soon as it is started. */
function keepRuns(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(
    `delete from timer_tasks where julianday(visibility_timestamp) - (select julianday(min(visibility_timestamp)) from timer_tasks)
       between 0.9 and 1.1`,
  );
  database.close();
}

type Query = <T extends object>(sql: string) => Promise<T[]>;

/** Gives every row of every table that has one, as JSON texts in order. */
export async function everyRow(query: Query): Promise<Recorded['rows']> {
  const tables = await query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'keyward') order by 1`,
  );
  const rows: Recorded['rows'] = {};
  for (const { name } of tables) {
    const found = await query<{ row: string }>(`select row_to_json(it)::text as row from ${name} as it`);
    if (found.length > 0) rows[name] = found.map(({ row }) => row).toSorted();
  }
  return rows;
}
