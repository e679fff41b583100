import type { EntityManager } from '@mikro-orm/postgresql';
import type { CellMapping } from '../../rules/compute/cell.ts';
import { type Actor, writeAudit } from '../audit/audit-writer.ts';

/** Audits new mappings of cells, without their URLs, which hold passwords. */
export const auditCreated = (em: EntityManager, actor: Actor, cells: CellMapping[]): Promise<void> =>
  writeAudit(
    em,
    actor,
    cells.map(({ uuid, name, isDisabled }) => ({
      action: 'create',
      resource: 'cell',
      name: name ?? uuid,
      id: uuid,
      before: null,
      after: { uuid, name, disabled: isDisabled },
    })),
  );
