import type { Home } from '../../../src/config/home.ts';
import { stopDaemon } from '../../../src/daemons/daemon.ts';
import { listParts } from '../../../src/daemons/parts.ts';

/** Ends at once what lives in a home that no test needs any more; PostgreSQL's children go with it by SIGQUIT alone. */
export async function killParts(home: Home): Promise<void> {
  const names = listParts(home).map(({ part }) => part.replace(' ', '-'));
  await Promise.all(names.map((name) => stopDaemon(home, name, name === 'postgres' ? 'SIGQUIT' : 'SIGKILL')));
}
