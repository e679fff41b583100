import type { Cells } from '../../database/cells.ts';
import type { CellMapping } from '../../rules/compute/cell.ts';
import { RuleError } from '../../rules/errors.ts';
import { type AuditFilter, type AuditRow, AuditService } from './audit-service.ts';

type Failure = { cell: CellMapping; error: RuleError };
type Source = { rows: AsyncIterator<AuditRow>; next: AuditRow | null };

/** What was changed in Nova's databases: the audit of the API database and those of its cells, as one. */
export class MergedAudit {
  readonly #api: AuditService;
  readonly #cells: Cells;

  constructor(api: AuditService, cells: Cells) {
    this.#api = api;
    this.#cells = cells;
  }

  /** Gives pages, newest first by the databases' clocks. `onFailure` is told of a cell that can't be read. */
  async *list(filter: AuditFilter, onFailure: (failure: Failure) => void): AsyncGenerator<AuditRow[]> {
    const opened = [await sourceOf(this.#api.list(filter))];
    for (const cell of await this.#cells.list()) {
      const source = await this.#openCell(cell, filter, onFailure);
      if (source) opened.push(source);
    }
    yield* merged(opened, filter.limit ?? Infinity);
  }

  async #openCell(
    cell: CellMapping,
    filter: AuditFilter,
    onFailure: (failure: Failure) => void,
  ): Promise<Source | null> {
    try {
      return await sourceOf(new AuditService(this.#cells.database(cell)).list(filter));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      onFailure({ cell, error });
      return null;
    }
  }
}

async function sourceOf(pages: AsyncIterable<AuditRow[]>): Promise<Source> {
  const rows = flat(pages);
  return { rows, next: await taken(rows) };
}

async function* flat(pages: AsyncIterable<AuditRow[]>): AsyncGenerator<AuditRow> {
  for await (const page of pages) yield* page;
}

const taken = async (rows: AsyncIterator<AuditRow>): Promise<AuditRow | null> => {
  const { done, value } = await rows.next();
  return done ? null : (value as AuditRow);
};

const PAGE = 500;

async function* merged(sources: Source[], limit: number): AsyncGenerator<AuditRow[]> {
  let page: AuditRow[] = [];
  for (let count = 0; count < limit; count += 1) {
    const [newest] = sources
      .filter(({ next }) => next !== null)
      .toSorted((one, other) => other.next!.occurredAt.getTime() - one.next!.occurredAt.getTime());
    if (!newest) break;
    page.push(newest.next!);
    newest.next = await taken(newest.rows);
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
