import { RuleError, Unavailable } from '../errors.ts';
import { type FromCells, nameOf } from './cell.ts';

type Failure = FromCells<unknown>['failures'][number];
/** A server that a name may have meant; without a cell it is still being built. */
type Told = { uuid: string; cell: string | null; status: string };

const LIST = 'See `keyward server list`.';

/** Refuses what no server that lives has as its name or uuid. */
export const serverNotFound = (nameOrId: string): RuleError =>
  new RuleError('NotFound', `No server with a name or ID of '${nameOrId}' exists.`, {
    cure: `${LIST} A deleted one is found by its ID only.`,
    outcome: 'unchanged',
  });

/** Refuses a name that several servers have. */
export const ambiguousServer = (name: string, found: Told[]): RuleError =>
  new RuleError('Ambiguous', `More than one server is named '${name}': ${listed(found)}.`, {
    cure: 'Name it by its ID.',
    outcome: 'unchanged',
  });

/** Refuses to work on a server that was deleted. */
export const deletedServer = (uuid: string): RuleError =>
  new RuleError('ServerDeleted', `The server ${uuid} was deleted.`, {
    cure: `\`keyward server show ${uuid}\` shows what is left of it.`,
    outcome: 'unchanged',
  });

/** Refuses to work on a server that is no more than a build request. */
export const buildingServerRefused = (uuid: string): RuleError =>
  new RuleError(
    'ServerBuilding',
    `The server ${uuid} is still being built: no cell has been chosen for it.`,
    {
      cure: `Wait until \`keyward server show ${uuid}\` tells its cell.`,
      outcome: 'unchanged',
    },
  );

/** Tells that the cell which a server is mapped to gives no answer. */
export const serverUnseen = (uuid: string, { cell, error }: Failure): RuleError =>
  new Unavailable(
    'CellUnreachable',
    `The server ${uuid} is in cell ${nameOf(cell)}, which gives no answer: ${error.message}`,
    error.cure,
    'unchanged',
  );

/** Tells that cells give no answer which may have a server of this name or uuid, besides those that were found. */
export function manyUnseen(nameOrId: string, failures: Failure[], found: Told[]): RuleError {
  const silent = failures.map(({ cell, error }) => `cell ${nameOf(cell)}: ${error.message}`);
  const seen = found.length > 0 ? ` The others have ${listed(found)}.` : ' The others have none.';
  const byId = found.length > 0 ? ' Or name it by its ID.' : '';
  return new Unavailable(
    'CellUnreachable',
    `It is not known which servers have the name or ID '${nameOrId}', since not all cells answer: ` +
      `${silent.join(' ')}${seen}`,
    `${failures[0]!.error.cure}${byId}`,
    'unchanged',
  );
}

const listed = (found: Told[]): string =>
  found
    .map(
      ({ uuid, cell, status }) => `${uuid} (${cell === null ? 'in no cell yet' : `cell ${cell}`}, ${status})`,
    )
    .join(', ');
