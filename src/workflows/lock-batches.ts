import { CancellationScope, uuid4 } from '@temporalio/workflow';
import type { BatchDone, BatchOf, LockCounts } from '../rules/compute/lock-request.ts';
import { later } from './server-steps.ts';

type Batches = {
  cell: string;
  change: (batch: BatchOf) => Promise<BatchDone>;
  announce: (batch: BatchOf) => Promise<void>;
  /** Is told what each batch has done. */
  count: (counts: LockCounts) => void;
};

/**
 * Changes the locks of a cell's servers, one batch after the other. Each is told of while the next one is changed, and also
 * where the run is cancelled or fails behind it.
 */
export async function changeAll({ cell, change, announce, count }: Batches): Promise<void> {
  const tellings: Promise<void>[] = [];
  try {
    let after: number | null = 0;
    while (after !== null) {
      // A repeated attempt finds its batch by this name, and nothing else does.
      const batch: BatchOf = { cell, after, batch: uuid4() };
      const done: BatchDone = await change(batch);
      count(done);
      if (done.changed > 0) tellings.push(later(CancellationScope.nonCancellable(() => announce(batch))));
      await tellings.at(-2);
      after = done.last;
    }
  } finally {
    await CancellationScope.nonCancellable(() => Promise.allSettled(tellings));
  }
  await Promise.all(tellings);
}
