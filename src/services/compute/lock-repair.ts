import type { Cells } from '../../database/cells.ts';
import { lockRows } from '../../database/nova-cell/instance-locks.ts';
import { dropIntents, intentsOf } from '../../database/nova-cell/lock-intents.ts';
import { driftOf } from '../../rules/compute/lock-drift.ts';
import { type Actor, writeAudit } from '../audit/audit-writer.ts';
import { restoreLock } from './lock-gate.ts';

/** Where the server is, and the request by which keyward has locked it; null: it has not. */
type Repairable = { cell: string; uuid: string; run: string | null };

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

  /** Of a lock that keyward has not put on there is nothing to write. */
  async repair({ cell, uuid, run }: Repairable, actor: Actor): Promise<Repair> {
    if (run === null) return null;
    return (await this.#cells.databaseOf(cell)).transact(actor, async (em) => {
      const [row] = await lockRows(em, [uuid]);
      const intent = (await intentsOf(em, [uuid])).get(uuid);
      if (!row || !intent) return null;
      if (driftOf(row, intent, null) === null) return null;
      if (intent.isNewest) await restoreLock(em, intent);
      else await dropIntents(em, [uuid]);
      const intended = { locked: true, locked_by: intent.lockedBy, locked_reason: intent.reason };
      const change = {
        action: intent.isNewest ? 'repair' : 'forget',
        resource: 'server',
        name: row.name ?? uuid,
        id: uuid,
        before: { locked: row.isLocked, locked_by: row.lockedBy, locked_reason: row.reason },
        after: intent.isNewest ? intended : null,
      };
      await writeAudit(em, actor, [change]);
      return intent.isNewest ? 'restored' : 'forgotten';
    });
  }
}
