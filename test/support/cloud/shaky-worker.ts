import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { Cells } from '../../../src/database/cells.ts';
import type { Database } from '../../../src/database/database.ts';
import type { ComputeDriver } from '../../../src/drivers/compute/driver.ts';
import type { ComputeServices } from '../../../src/engine/open-compute.ts';
import { ServerCreation } from '../../../src/services/compute/server-creation.ts';
import { ServerDeletion } from '../../../src/services/compute/server-deletion.ts';
import { ServerGuests } from '../../../src/services/compute/server-guests.ts';

/** A worker was killed between two of its transactions. */
export class Died extends Error {}

/** What comes before each transaction: others may come first, or the worker dies. */
export type Turn = () => Promise<void>;

const LONGEST_STALL = 400;

/** Lets others come first, for a random while. */
export async function stall(next: (below: number) => number): Promise<void> {
  if (next(3) > 0) return;
  for (let turns = next(LONGEST_STALL); turns > 0; turns -= 1) await turnOfLoop();
}

/** Takes `turn` before each transaction of the real thing. */
const slowed = (real: Database, turn: Turn): Database =>
  taking(real, ['transactOnce', 'transact', 'read'], turn);

function taking<T extends object>(real: T, names: string[], turn: Turn): T {
  return new Proxy(real, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      const bound = value.bind(target) as (...args: unknown[]) => unknown;
      if (!names.includes(name as string)) return bound;
      return async (...args: unknown[]) => {
        await turn();
        return bound(...args);
      };
    },
  });
}

/** A worker with what its steps call, which takes `turn` before each of its transactions and each call of its driver. */
export function shakyWorker(
  { database, cells, hosts }: Pick<ComputeServices, 'database' | 'cells' | 'hosts'>,
  driver: ComputeDriver,
  turn: Turn,
) {
  const slow = slowed(database, turn);
  const slowCells = new Proxy(cells, {
    get: (target, name) => {
      if (name === 'database')
        return (cell: Parameters<Cells['database']>[0]) => slowed(target.database(cell), turn);
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const slowDriver = taking(driver, ['spawn', 'destroy'], turn);
  return {
    creation: new ServerCreation(slow, slowCells, hosts),
    deletion: new ServerDeletion(slow, slowCells, hosts),
    guests: new ServerGuests(database, slowCells, slowDriver),
  };
}

export type ShakyWorker = ReturnType<typeof shakyWorker>;
