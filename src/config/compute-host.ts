import { type ComputeDriverName, computeDrivers } from '../rules/compute/host.ts';
import { UsageError } from '../rules/errors.ts';

/** Says whether a worker runs servers on its host, and by which driver. */
export const DRIVER_VARIABLE = 'KEYWARD_COMPUTE_DRIVER';
const CELL_VARIABLE = 'KEYWARD_COMPUTE_CELL';

/**
 * What a worker does on its own host: `driver` null says nothing, so that it depends on where the databases are; `cell` is
 * the name or uuid of the cell that the host is in, null where there is a single one.
 */
export type ComputeHostChoice = { driver: ComputeDriverName | null; cell: string | null };

/** Reads what the environment says; flags beat it. */
export function computeHostOf(given: Partial<ComputeHostChoice>, env: NodeJS.ProcessEnv): ComputeHostChoice {
  return {
    driver: given.driver ?? driverIn(env[DRIVER_VARIABLE]),
    cell: given.cell ?? (env[CELL_VARIABLE] || null),
  };
}

function driverIn(text: string | undefined): ComputeDriverName | null {
  if (!text) return null;
  const found = computeDrivers.find((name) => name === text);
  if (found) return found;
  throw new UsageError(
    `${DRIVER_VARIABLE} is '${text}', which is no compute driver.`,
    `The drivers are: ${computeDrivers.join(', ')}.`,
  );
}
