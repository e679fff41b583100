import type { Kysely } from 'kysely';
import { nameOf, type FromCells } from '../../rules/compute/cell.ts';
import { defineCheck, success, warning } from '../define-check.ts';
import { judgeCells } from '../judge-cells.ts';

type Tables = {
  instances: { uuid: string; vm_state: string | null; deleted: number | null };
  instance_system_metadata: { instance_uuid: string; key: string; deleted: number | null };
};

const LIST = 'nova-manage libvirt list_unset_machine_type';

// NOTE: nova/cmd/status.py, with its line breaks, which count when the text is wrapped
const UNSET = `
Instances found without hw_machine_type set. This warning can be ignored if
your environment does not contain libvirt based compute hosts.
Use the \`${LIST}\` command to list these
instances. For more details see the following:
https://docs.openstack.org/nova/latest/admin/hw-machine-type.html`;

/** cell0 is left out, as upstream does: its servers run nowhere. */
export default defineCheck({
  id: 'compute-hw-machine-type-unset',
  order: 60,
  title: 'hw_machine_type unset',
  needs: ['cells'],
  remedy: `${LIST}; then, for each of them, nova-manage libvirt update_machine_type INSTANCE_UUID MACHINE_TYPE`,
  run: ({ cells }) => judgeCells(cells, { ask: countUnset, judge, withoutCell0: true }),
});

/** A server that is being built gets its machine type when it is spawned. */
async function countUnset(database: Kysely<Tables>): Promise<number> {
  const { count } = await database
    .selectFrom('instances')
    .leftJoin('instance_system_metadata as type', (join) =>
      join
        .onRef('type.instance_uuid', '=', 'instances.uuid')
        .on('type.key', '=', 'image_hw_machine_type')
        .on('type.deleted', '=', 0),
    )
    .where('instances.deleted', '=', 0)
    .where('instances.vm_state', 'is distinct from', 'building')
    .where('type.instance_uuid', 'is', null)
    .select((select) => select.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function judge(answers: FromCells<number>['answers']) {
  const found = answers.filter(({ value }) => value > 0);
  if (found.length === 0) return success();
  const counts = found.map(({ cell, value }) => `${value} in ${nameOf(cell)}`);
  return warning(
    UNSET,
    `stop or shelve each of these instances (${counts.join(', ')}), then run ` +
      'nova-manage libvirt update_machine_type INSTANCE_UUID MACHINE_TYPE',
  );
}
