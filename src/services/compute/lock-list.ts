import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import { limited } from '../../database/keyset-pages.ts';
import { type LockPageRow, readLocks } from '../../database/nova-cell/lock-pages.ts';
import { type CellMapping, type FromCells, nameOf } from '../../rules/compute/cell.ts';
import type { ListedLock } from '../../rules/compute/lock-view.ts';
import { lockView } from './lock-view.ts';

const PAGE = 1000;

type Options = {
  limit?: number | undefined;
  /** How long the cells may take for a page, in milliseconds. */
  deadlineMs: number;
  /** Is told of each cell whose locks, or the rest of them, are not in the list. */
  onFailure: (failure: FromCells<unknown>['failures'][number]) => void;
  /** Which of them are listed. */
  isWanted: (lock: ListedLock) => boolean;
  /** Tells whether a run goes on that is not done yet, by its request; without it such a run counts as going on. */
  isRunOpen?: (requestId: string) => Promise<boolean>;
};

/** Lists the locks of all cells, and what keyward has put on and is not as it was put on. */
export class LockList {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Gives pages as they are read, cell by cell; all cells are asked at once for their first one. */
  list({ limit, ...options }: Options): AsyncGenerator<ListedLock[]> {
    return limited(limit, this.#pages(options));
  }

  async *#pages({ isWanted, isRunOpen, ...options }: Omit<Options, 'limit'>): AsyncGenerator<ListedLock[]> {
    const { deadlineMs, onFailure } = options;
    const ended = new Set<string>();
    let among: CellMapping[] | undefined;
    const places = new Map<number, number>();
    do {
      const { answers, failures } = await this.#cells.each(
        (em: EntityManager, { id }) => readLocks(em, { after: places.get(id) ?? 0, size: PAGE }),
        { deadlineMs, ...(among && { among }) },
      );
      failures.forEach(onFailure);
      for (const { cell, value } of answers) {
        places.set(cell.id, value.at(-1)?.id ?? 0);
        for (const run of unfinishedRuns(value)) if (isRunOpen && !(await isRunOpen(run))) ended.add(run);
        yield value.map((row) => ({ ...lockView(row, ended), cell: nameOf(cell) })).filter(isWanted);
      }
      among = answers.filter(({ value }) => value.length === PAGE).map(({ cell }) => cell);
    } while (among.length > 0);
  }
}

const unfinishedRuns = (rows: LockPageRow[]): Set<string> =>
  new Set(rows.flatMap(({ intent }) => (intent?.runState === 'accepted' ? [intent.requestId] : [])));
