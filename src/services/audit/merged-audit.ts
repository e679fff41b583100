import type { Cells } from '../../database/cells.ts';
import { limited } from '../../database/keyset-pages.ts';
import type { CellMapping } from '../../rules/compute/cell.ts';
import { isDrained, mergedPages, type Source } from '../../rules/compute/merged-rows.ts';
import { RuleError } from '../../rules/errors.ts';
import { type AuditFilter, type AuditRow, AuditService } from './audit-service.ts';

type Failure = { cell: CellMapping; error: RuleError };
/** One database's audit, of which one page is held. */
type Audit = Source<AuditRow> & { pages: AsyncIterator<AuditRow[]>; onFailure: (error: RuleError) => void };

const PAGE = 500;

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
    const ofCells = cells.map((cell) =>
      auditOf(
        () => new AuditService(this.#cells.database(cell)).list(filter),
        (error) => onFailure({ cell, error }),
      ),
    );
    const audits = [auditOf(() => this.#api.list(filter), failed), ...ofCells];
    const refill = async (): Promise<void> => {
      await Promise.all(audits.filter(isDrained).map(readOn));
    };
    yield* limited(filter.limit, mergedPages(audits, { compare: newestFirst, most: PAGE, refill }));
  }
}

const auditOf = (open: () => AsyncIterable<AuditRow[]>, onFailure: Audit['onFailure']): Audit => ({
  rows: [],
  at: 0,
  hasMore: true,
  pages: opened(open),
  onFailure,
});

/** A database that can't even be opened fails like one that can't be read. */
async function* opened(open: () => AsyncIterable<AuditRow[]>): AsyncGenerator<AuditRow[]> {
  yield* open();
}

/** Reads the next page. An audit that fails ends there, if somebody is told of it. */
async function readOn(audit: Audit): Promise<void> {
  try {
    const { done, value } = await audit.pages.next();
    Object.assign(audit, { rows: done ? [] : value, at: 0, hasMore: !done });
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    audit.onFailure(error);
    Object.assign(audit, { rows: [], at: 0, hasMore: false });
  }
}

function failed(error: RuleError): never {
  throw error;
}

const newestFirst = (one: AuditRow, other: AuditRow): number =>
  other.occurredAt.getTime() - one.occurredAt.getTime();
