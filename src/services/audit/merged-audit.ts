import type { Cells } from '../../database/cells.ts';
import type { CellMapping } from '../../rules/compute/cell.ts';
import { RuleError } from '../../rules/errors.ts';
import { type AuditFilter, type AuditRow, AuditService } from './audit-service.ts';

type Failure = { cell: CellMapping; error: RuleError };
type Source = { take: () => Promise<AuditRow | null>; next: AuditRow | null };

/** What was changed in Nova's databases: the audit of the API database and those of its cells, as one. */
export class MergedAudit {
  readonly #api: AuditService;
  readonly #cells: Cells;

  constructor(api: AuditService, cells: Cells) {
    this.#api = api;
    this.#cells = cells;
  }

  /**
   * Gives pages, newest first by the databases' clocks. `onFailure` is told of a cell that can't be read, or not to its end.
   */
  async *list(filter: AuditFilter, onFailure: (failure: Failure) => void): AsyncGenerator<AuditRow[]> {
    const cells = await this.#cells.list();
    const ofCells = cells.map(async (cell) =>
      sourceOf(
        () => new AuditService(this.#cells.database(cell)).list(filter),
        (error) => onFailure({ cell, error }),
      ),
    );
    const sources = [await sourceOf(() => this.#api.list(filter)), ...(await Promise.all(ofCells))];
    yield* merged(sources, filter.limit ?? Infinity);
  }
}

/** Reads one row ahead. A source that fails ends there, if somebody is told of it. */
async function sourceOf(
  open: () => AsyncIterable<AuditRow[]>,
  onFailure: (error: RuleError) => void = (error) => {
    throw error;
  },
): Promise<Source> {
  let rows: AsyncIterator<AuditRow> | null = null;
  const take = async (): Promise<AuditRow | null> => {
    try {
      rows ??= flat(open());
      const { done, value } = await rows.next();
      return done ? null : (value as AuditRow);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      onFailure(error);
      return null;
    }
  };
  return { take, next: await take() };
}

async function* flat(pages: AsyncIterable<AuditRow[]>): AsyncGenerator<AuditRow> {
  for await (const page of pages) yield* page;
}

const PAGE = 500;

async function* merged(sources: Source[], limit: number): AsyncGenerator<AuditRow[]> {
  let page: AuditRow[] = [];
  for (let count = 0; count < limit; count += 1) {
    const [newest] = sources
      .filter(({ next }) => next !== null)
      .toSorted((one, other) => other.next!.occurredAt.getTime() - one.next!.occurredAt.getTime());
    if (!newest) break;
    page.push(newest.next!);
    newest.next = await newest.take();
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
