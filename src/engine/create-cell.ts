import { createDatabases } from '../daemons/postgres/databases.ts';
import type { Announce } from '../rules/announce.ts';
import type { CellMapping } from '../rules/compute/cell.ts';
import { assertCellName, assertTransportUrl, type NewCell } from '../rules/compute/new-cell.ts';
import { RuleError } from '../rules/errors.ts';
import { shellWord } from '../rules/shell-word.ts';
import type { Actor } from '../services/audit/audit-writer.ts';
import { embeddedCell } from './compute.ts';
import type { Engine } from './engine.ts';
import { isInHome } from './service.ts';

/** What an operator says of a new cell; a URL is null where nova.conf's is meant, or (alone) an embedded database. */
export type GivenCell = Omit<NewCell, 'databaseConnection'> & { databaseConnection: string | null };

/** PostgreSQL's names have at most 63 bytes, of which `nova_` takes five; `nova_api` is the API database. */
const DATABASE_NAME = /^(?!api$)[a-z0-9_-]{1,58}$/;

/**
 * Maps a cell as `nova-manage cell_v2 create_cell` does (`nova/cmd/manage.py`), and says which URLs it took from
 * nova.conf. Alone it also makes the cell's database. What is refused is refused before anything is made.
 */
export async function createCell(
  engine: Engine,
  given: GivenCell,
  { actor, announce }: { actor: Actor; announce: Announce },
): Promise<CellMapping> {
  const { compute } = engine;
  assertCellName(given.name);
  const isOwn = isInHome(compute) && given.databaseConnection === null;
  const transportUrl = given.transportUrl ?? transportIn(engine, announce);
  const cell: NewCell = {
    ...given,
    transportUrl,
    databaseConnection: isOwn
      ? ownDatabase(given.name)
      : (given.databaseConnection ?? databaseIn(engine, announce)),
  };
  const { cellService, cellSync } = await compute.services();
  assertUsable(engine, cell);
  await cellService.assertNew(cell);
  if (isOwn) {
    await createDatabases(engine.home, [`nova_${cell.name}`]);
    await cellSync.withSchema(unmapped(cell), (schema) => schema.sync());
  }
  const created = await cellService.create(cell, actor);
  if (!isOwn)
    announce(
      `Note: its database was not looked at; \`keyward db sync cell ${shellWord(cell.name)}\` makes or adopts it.`,
    );
  return created;
}

/** Refuses URLs and templates that lead nowhere. What is wrong in them was typed just now, and is not mapped yet. */
function assertUsable({ compute }: Engine, cell: NewCell): void {
  try {
    compute.addressOf(unmapped(cell));
    if (cell.transportUrl !== null)
      assertTransportUrl(compute.urls.fillTransport(cell.transportUrl, unmapped(cell)));
  } catch (error) {
    if (!(error instanceof RuleError) || error.name !== 'CellUrlUnusable') throw error;
    throw new RuleError(error.name, error.message, {
      cure: 'Correct --database-connection or --transport-url; a password in them is percent-encoded, and a brace that means itself is written twice.',
      outcome: 'unchanged',
    });
  }
}

/** A cell is spoken of by its name until it is mapped. */
const unmapped = (cell: NewCell): CellMapping => ({ ...cell, id: 0, uuid: '', transportUrl: '' });

function ownDatabase(name: string): string {
  if (DATABASE_NAME.test(name)) return embeddedCell(name);
  throw new RuleError('CellName', `The embedded database of a cell can't be named after ${name}.`, {
    cure: 'Choose a name of lower-case letters, digits, _ and -, or name a database with --database-connection.',
    outcome: 'unchanged',
  });
}

function transportIn({ compute }: Engine, announce: Announce): string | null {
  const { value, origin } = compute.settings.transportBase;
  if (isInHome(compute)) return null;
  if (!value) throw unset('--transport-url', '[DEFAULT]/transport_url');
  announce(`--transport-url not provided in the command line, using the value of ${origin}.`);
  return value;
}

function databaseIn({ compute }: Engine, announce: Announce): string {
  const { value, origin } = compute.cellBase;
  if (!value) throw unset('--database-connection', '[database]/connection');
  announce(`--database-connection not provided in the command line, using the value of ${origin}.`);
  return value;
}

const unset = (flag: string, option: string): RuleError =>
  new RuleError('CellUrlMissing', `Must specify ${flag} if ${option} is not set in the configuration file.`, {
    cure: `Add ${flag}, or name the nova.conf with --config-file.`,
    outcome: 'unchanged',
  });
