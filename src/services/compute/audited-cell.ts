import type { EntityManager } from '@mikro-orm/postgresql';
import type { CellMapping } from '../../rules/compute/cell.ts';
import { type Actor, writeAudit } from '../audit/audit-writer.ts';

/** Audits a change of cells' mappings, without their URLs, which hold passwords. */
export const auditCell = (
  em: EntityManager,
  actor: Actor,
  action: 'create',
  cells: CellMapping[],
): Promise<void> =>
  writeAudit(
    em,
    actor,
    cells.map(({ uuid, name, isDisabled }) => ({
      action,
      resource: 'cell',
      name: name ?? uuid,
      id: uuid,
      before: null,
      after: { uuid, name, disabled: isDisabled },
    })),
  );
