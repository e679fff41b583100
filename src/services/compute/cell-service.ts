import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { lockTask } from '../../database/advisory-lock.ts';
import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import {
  countMapped,
  insertCellMapping,
  listCellMappings,
} from '../../database/nova-api/cell-mapping.repository.ts';
import { countInstances } from '../../database/nova-cell/instances.ts';
import { novaCellSchema } from '../../database/nova-cell/schema.ts';
import { readFacts } from '../../database/schema-facts.ts';
import { type CellMapping, NO_TRANSPORT } from '../../rules/compute/cell.ts';
import type { CellState } from '../../rules/compute/cell-state.ts';
import { assertUnlike, type NewCell, type Urls } from '../../rules/compute/new-cell.ts';
import { RuleError } from '../../rules/errors.ts';
import {
  type SchemaFacts,
  schemaRefusal,
  schemaState,
  type UpstreamSchema,
} from '../../rules/schema-revision.ts';
import type { Actor } from '../audit/audit-writer.ts';
import { auditCreated } from './audited-cell.ts';

type Named = Pick<CellMapping, 'name' | 'uuid'>;

/** Knows what stored URLs of cells stand for. `fill…` throws a RuleError where a template can't be filled in. */
export type CellUrls = {
  fillDatabase(stored: string, cell: Named): string;
  fillTransport(stored: string, cell: Named): string;
  /** Hides the passwords in a URL. */
  mask(url: string): string;
};

type Contents = { facts: SchemaFacts; living: number | null };

/** The cells that an API database maps: what they are, and how another one is added. */
export class CellService {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #urls: CellUrls;

  constructor(database: Database, cells: Cells, urls: CellUrls) {
    this.#database = database;
    this.#cells = cells;
    this.#urls = urls;
  }

  /** Lists all cells by their names, as nova-manage does; each is asked, and one that gives no answer is there too. */
  async list(deadlineMs: number): Promise<CellState[]> {
    const states = await this.#ask(await this.#cells.list(), deadlineMs);
    return states.toSorted(byName);
  }

  /** Shows a cell by its name or uuid. */
  async show(wanted: string, deadlineMs: number): Promise<CellState> {
    const cell = await this.#cells.find(wanted);
    const [state] = await this.#ask([cell], deadlineMs);
    return state!;
  }

  /** Refuses a cell that `create` would refuse, before anything is made for it. */
  assertNew(wanted: NewCell): Promise<void> {
    return this.#database.read((em) => this.#assertNew(em, wanted));
  }

  /** Maps a cell; its database is not looked at, and may be made later. Safe to run twice at once. */
  create(wanted: NewCell, actor: Actor): Promise<CellMapping> {
    return this.#database.transact(actor, async (em) => {
      await lockTask(em, 'keyward db sync');
      await this.#assertNew(em, wanted);
      const { transportUrl, ...others } = wanted;
      const cell = await insertCellMapping(em, {
        ...others,
        transportUrl: transportUrl ?? NO_TRANSPORT,
        uuid: randomUUID(),
      });
      await auditCreated(em, actor, [cell]);
      return cell;
    });
  }

  /** Gives a cell's URLs as they are used, without passwords; one that can't be filled in as it is stored. */
  urlsOf(cell: CellMapping): Urls {
    const { databaseConnection, transportUrl } = this.#filledIn(cell);
    const { mask } = this.#urls;
    return { databaseConnection: mask(databaseConnection), transportUrl: mask(transportUrl) };
  }

  async #assertNew(em: EntityManager, wanted: NewCell): Promise<void> {
    const others = (await listCellMappings(em)).map((cell) => ({ cell, urls: this.#filledIn(cell) }));
    const { transportUrl, ...urls } = this.#filledIn({
      ...wanted,
      transportUrl: wanted.transportUrl ?? '',
      uuid: '',
    });
    assertUnlike(
      wanted.name,
      { ...urls, transportUrl: wanted.transportUrl === null ? null : transportUrl },
      others,
    );
  }

  #filledIn(cell: Urls & Named): Urls {
    return {
      databaseConnection: orStored(cell.databaseConnection, (url) => this.#urls.fillDatabase(url, cell)),
      transportUrl: orStored(cell.transportUrl, (url) => this.#urls.fillTransport(url, cell)),
    };
  }

  async #ask(cells: CellMapping[], deadlineMs: number): Promise<CellState[]> {
    const [counts, { answers, failures }] = await Promise.all([
      this.#database.read(countMapped).catch(asLate),
      this.#cells.each(readContents, { deadlineMs, among: cells }),
    ]);
    const of = (cell: CellMapping, { problem, ...state }: Found): CellState => ({
      cell,
      urls: this.urlsOf(cell),
      ...(counts instanceof RuleError
        ? { hosts: null, instances: null }
        : (counts.get(cell.id) ?? { hosts: 0, instances: 0 })),
      ...state,
      problem: problem ?? (counts instanceof RuleError ? counts.message : null),
    });
    return [
      ...answers.map(({ cell, value }) => of(cell, found(value))),
      ...failures.map(({ cell, error }) => of(cell, unknown(error))),
    ];
  }
}

/** Gives the error of an API database that is there and takes too long; the cells can be told of without its counts. */
function asLate(error: unknown): RuleError {
  if (error instanceof RuleError && ['DatabaseLocked', 'DatabaseTooSlow'].includes(error.name)) return error;
  throw error;
}

async function readContents(em: EntityManager): Promise<Contents> {
  const facts = await readFacts(em, novaCellSchema);
  return { facts, living: facts.hasLandmarks ? await countInstances(em) : null };
}

type Found = Pick<CellState, 'living' | 'revision' | 'isReachable' | 'problem'>;

function found({ facts, living }: Contents): Found {
  return {
    living,
    revision: facts.revisions[0] ?? null,
    isReachable: true,
    problem: whyUnlike(facts)?.message ?? null,
  };
}

const unknown = ({ message }: RuleError): Found => ({
  living: null,
  revision: null,
  isReachable: false,
  problem: message,
});

/** Says why a database is none that keyward works on, and what to do; null if it is. */
export function whyUnlike(
  facts: SchemaFacts,
  database = 'of the cell',
  schema: UpstreamSchema = novaCellSchema,
): RuleError | null {
  const state = schemaState(facts, schema);
  if (state === 'empty')
    return new RuleError('SchemaMissing', `The database ${database} is empty.`, {
      cure: 'Run `keyward db sync compute`.',
    });
  return schemaRefusal(state, database, schema);
}

/** Orders as Python does, by code points; cells of one name stand as they were mapped. */
function byName({ cell: one }: CellState, { cell: other }: CellState): number {
  const [first, second] = [one.name ?? '', other.name ?? ''];
  if (first === second) return one.id - other.id;
  return first < second ? -1 : 1;
}

function orStored(stored: string, fill: (stored: string) => string): string {
  try {
    return fill(stored);
  } catch (error) {
    if (error instanceof RuleError) return stored;
    throw error;
  }
}
