import { CancellationScope, uuid4 } from '@temporalio/workflow';
import type { BatchDone, BatchOf, LockCounts } from '../rules/compute/lock-request.ts';

type Batches = {
  cell: string;
  change: (batch: BatchOf) => Promise<BatchDone>;
  announce: (batch: BatchOf) => Promise<void>;
  /** Is told what each batch has done. */
  count: (counts: LockCounts) => void;
};

/**
 * Changes the locks of a cell's servers, one batch after the other. Each is told of while the next one is changed, and also
 * where the run is cancelled or fails behind it. What can't be told of soon is left to the workers, who find its row.
 */
export async function changeAll({ cell, change, announce, count }: Batches): Promise<void> {
  let told = Promise.resolve();
  try {
    let after: number | null = 0;
    while (after !== null) {
      // A repeated attempt finds its batch by this name, and nothing else does.
      const batch: BatchOf = { cell, after, batch: uuid4() };
      const done: BatchDone = await change(batch);
      count(done);
      await told;
      if (done.changed > 0) told = CancellationScope.nonCancellable(() => announce(batch)).catch(() => {});
      after = done.last;
    }
  } finally {
    await CancellationScope.nonCancellable(() => told);
  }
}
