import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Home, homeHash } from '../../config/home.ts';

export const POSTGRES_PORT = 5432;

/** PostgreSQL lives here if it can run neither as root nor in a user namespace (`quarters.ts`). */
export const annexOf = (home: Home): string => path.join('/var/lib/keyward', homeHash(home.dir));

export const usesAnnex = (home: Home): boolean => process.getuid?.() === 0 && existsSync(annexOf(home));

/** Gives the socket's folder, which is the same for every command of this home. */
export const postgresSocketFolder = (home: Home): string =>
  usesAnnex(home) ? path.join(annexOf(home), 'run') : home.runDir;

export const postgresSocket = (home: Home): string =>
  path.join(postgresSocketFolder(home), `.s.PGSQL.${POSTGRES_PORT}`);
