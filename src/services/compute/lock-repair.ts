import type { Cells } from '../../database/cells.ts';
import { lockRows, saveLocks } from '../../database/nova-cell/instance-locks.ts';
import { dropIntents, intentsOf } from '../../database/nova-cell/lock-intents.ts';
import { driftOf } from '../../rules/compute/lock-drift.ts';
import { type Actor, writeAudit } from '../audit/audit-writer.ts';

/** What was done about a lock that was not as keyward had put it on; null: nothing, it is by now. */
export type Repair = 'restored' | 'forgotten' | null;

/**
 * Writes again what keyward had put on and what was lost since, as long as Nova has noted no lock or unlock that is newer;
 * where it has, that counts, and what keyward had put on is forgotten.
 */
export class LockRepair {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  async repair({ cell, uuid }: { cell: string; uuid: string }, actor: Actor): Promise<Repair> {
    return (await this.#cells.databaseOf(cell)).transact(actor, async (em) => {
      const [row] = await lockRows(em, [uuid]);
      const intent = (await intentsOf(em, [uuid])).get(uuid);
      if (!row || !intent) return null;
      const drift = driftOf(row, intent, 'lock');
      if (drift === null) return null;
      if (!intent.isNewest) {
        await dropIntents(em, [uuid]);
        return 'forgotten';
      }
      await saveLocks(em, [uuid], intent);
      const change = {
        action: 'repair',
        resource: 'server',
        name: row.name ?? uuid,
        id: uuid,
        before: { locked: row.isLocked, locked_by: row.lockedBy, locked_reason: row.reason },
        after: { locked: true, locked_by: intent.lockedBy, locked_reason: intent.reason },
      };
      await writeAudit(em, actor, [change]);
      return 'restored';
    });
  }
}
