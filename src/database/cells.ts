import type { EntityManager } from '@mikro-orm/postgresql';
import { type CellMapping, type FromCells, nameOf } from '../rules/compute/cell.ts';
import { findCell } from '../rules/compute/find-cell.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError, Unavailable } from '../rules/errors.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { AuditEntry } from './keyward/audit-entry.entity.ts';
import { listCellMappings } from './nova-api/cell-mapping.repository.ts';
import { novaCellSchema } from './nova-cell/schema.ts';
import { withinMs } from './patience.ts';
import { takeTurn } from './server-turns.ts';

/** How long all cells together may take to answer, in milliseconds. */
const DEADLINE_MS = 8000;
/** How long a connection that was cut may take to be gone. */
const CLOSING_MS = 1000;

type Question<T> = (em: EntityManager, cell: CellMapping) => Promise<T>;

/** Gives the address of a cell's database; a RuleError where the stored URL is of no use. */
export type CellAddress = (cell: CellMapping) => DatabaseAddress;

/** MikroORM takes 30 ms to learn all entities, so a hundred cells are asked by one that knows a single one. */
const bareSchema = { ...novaCellSchema, entities: [AuditEntry] };

/** The cells that an API database maps, each of which is a database of its own and may be down. */
export class Cells {
  readonly #api: Database;
  readonly #addressOf: CellAddress;
  readonly #options: DatabaseOptions;
  readonly #open = new Map<string, Database>();

  /** `options` are those of a cell's database whose schema is made, or that is changed. */
  constructor(api: Database, addressOf: CellAddress, options: DatabaseOptions) {
    this.#api = api;
    this.#addressOf = addressOf;
    this.#options = options;
  }

  /** Lists the mappings in the order of their ids, cell0 and disabled ones included. */
  list(): Promise<CellMapping[]> {
    return this.#api.read(listCellMappings);
  }

  /** Finds a cell by its name or uuid; refused where none has it. */
  async find(nameOrUuid: string): Promise<CellMapping> {
    return findCell(await this.list(), nameOrUuid);
  }

  /**
   * Asks all cells at once, each by statements of its own that see one moment. After the deadline a cell that has not
   * answered is a failure, and its connection is ended. `among` are the cells to ask, where not all are.
   */
  async each<T>(
    use: Question<T>,
    { deadlineMs = DEADLINE_MS, among }: { deadlineMs?: number; among?: CellMapping[] } = {},
  ): Promise<FromCells<T>> {
    const cells = among ?? (await this.list());
    const asked = await Promise.allSettled(cells.map((cell) => this.ask(cell, use, deadlineMs)));
    const result: FromCells<T> = { answers: [], failures: [] };
    asked.forEach((outcome, at) => {
      const cell = cells[at]!;
      if (outcome.status === 'fulfilled') result.answers.push({ cell, value: outcome.value });
      else result.failures.push({ cell, error: brokenRule(outcome.reason) });
    });
    return result;
  }

  /** Opens one cell's database to look at its schema, or to make it, when it is this cell's turn on its server. */
  async within<T>(cell: CellMapping, use: (database: Database) => Promise<T>): Promise<T> {
    const address = this.#addressOf(cell);
    const giveBack = await takeTurn(serverOf(address));
    const database = openDatabase(address, bareSchema, this.#options);
    return use(database)
      .finally(() => database.close())
      .finally(giveBack);
  }

  /** Gives one cell's database for changes. It stays open, since a worker comes back to it. */
  database(cell: CellMapping): Database {
    const address = this.#addressOf(cell);
    const key = `${serverOf(address)}/${address.database}`;
    const opened = this.#open.get(key) ?? openDatabase(address, novaCellSchema, this.#options);
    this.#open.set(key, opened);
    return opened;
  }

  /** Gives the same of the cell of this name or uuid. */
  async databaseOf(nameOrUuid: string): Promise<Database> {
    return this.database(await this.find(nameOrUuid));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((database) => database.close()));
  }

  /** Asks one cell; an Unavailable where it has not answered by the deadline. */
  async ask<T>(cell: CellMapping, use: Question<T>, deadlineMs = DEADLINE_MS): Promise<T> {
    const address = this.#addressOf(cell);
    const late = after(deadlineMs);
    const turn = takeTurn(serverOf(address));
    try {
      const giveBack = await Promise.race([turn, late.passed]);
      if (giveBack === LATE) {
        void turn.then((unused) => unused());
        throw tooLate(cell, deadlineMs);
      }
      return await askOne(cell, address, use, { late, deadlineMs }).finally(giveBack);
    } finally {
      late.cancel();
    }
  }
}

/** Asks a cell over one connection, which is closed when the cell has answered or its time is over. */
async function askOne<T>(
  cell: CellMapping,
  address: DatabaseAddress,
  use: Question<T>,
  { late, deadlineMs }: { late: Timer; deadlineMs: number },
): Promise<T> {
  // What is not waited for any longer must not go on in the server either.
  const database = openDatabase(address, bareSchema, { poolSize: 1, patience: withinMs(deadlineMs) });
  const answer = database.snapshot((em) => use(em, cell));
  try {
    const value = await Promise.race([answer, late.passed]);
    if (value !== LATE) return value;
    answer.catch(() => {});
    database.cut(NO_LONGER);
    throw tooLate(cell, deadlineMs);
  } finally {
    const closing = after(CLOSING_MS);
    const closed = await Promise.race([database.close(), closing.passed]).finally(() => closing.cancel());
    if (closed === LATE) database.cut(NO_LONGER);
  }
}

const serverOf = ({ host, port }: DatabaseAddress): string => `${host}:${port}`;

const NO_LONGER = 'the cell is not waited for any longer';

const LATE = Symbol('late');
type Timer = { passed: Promise<typeof LATE>; cancel(): void };

function after(ms: number): Timer {
  const { promise, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => resolve(LATE), ms);
  return { passed: promise, cancel: () => clearTimeout(timer) };
}

const tooLate = (cell: CellMapping, ms: number): RuleError =>
  new Unavailable(
    'CellTooSlow',
    `The database of cell ${nameOf(cell)} has not answered within ${ms / 1000} s.`,
    'See whether its server is up and can be reached from here.',
  );

/** What an operator can mend is a cell's failure; anything else is a bug. */
function brokenRule(error: unknown): RuleError {
  if (error instanceof RuleError) return error;
  throw error;
}
