import type { Kysely } from 'kysely';
import { nameOf, type FromCells } from '../../rules/compute/cell.ts';
import { defineCheck, failure, success } from '../define-check.ts';
import { judgeCells } from '../judge-cells.ts';

type Tables = {
  services: {
    host: string | null;
    binary: string | null;
    version: number | null;
    forced_down: boolean | null;
    deleted: number | null;
  };
};

/** The oldest release whose nova-compute works with Nova 34, and its service version (`nova/objects/service.py`). */
const OLDEST = { release: 'Gazpacho', version: 72 } as const;

/** So many hosts are named; a cloud has thousands. */
const NAMED = 10;

type OldCompute = { host: string; version: number };

/** Upstream takes no notice of a cell that does not answer. */
export default defineCheck({
  id: 'compute-older-than-n-1-computes',
  order: 50,
  title: 'Older than N-1 computes',
  needs: ['cells'],
  remedy: `upgrade nova-compute on the hosts that are older than ${OLDEST.release}`,
  run: ({ cells }) => judgeCells(cells, { ask: oldComputes, judge }),
});

/** A version of 0 is a service's that has not reported one; services that are forced down do not count. */
async function oldComputes(database: Kysely<Tables>): Promise<OldCompute[]> {
  const rows = await database
    .selectFrom('services')
    .where('binary', '=', 'nova-compute')
    .where('deleted', '=', 0)
    .where('forced_down', '=', false)
    .where('version', '>', 0)
    .where('version', '<', OLDEST.version)
    .select(['host', 'version'])
    .orderBy('version')
    .orderBy('host')
    .execute();
  return rows.map(({ host, version }) => ({ host: host ?? 'a host without a name', version: version! }));
}

function judge(answers: FromCells<OldCompute[]>['answers']) {
  const old = answers
    .flatMap(({ cell, value }) => value.map((compute) => ({ ...compute, cell: nameOf(cell) })))
    .toSorted((one, other) => one.version - other.version);
  if (old.length === 0) return success();
  const named = old.slice(0, NAMED).map(({ host, cell, version }) => `${host} (${cell}, level ${version})`);
  const others = old.length > NAMED ? ` and ${old.length - NAMED} others` : '';
  return failure(
    tooOld(old[0]!.version),
    `upgrade nova-compute to ${OLDEST.release} or later on ${named.join(', ')}${others}; ` +
      'of a host that is no more, delete the service: openstack compute service delete ID',
  );
}

// NOTE: nova/exception.py, TooOldComputeService
const tooOld = (version: number): string =>
  `Current Nova version does not support computes older than ${OLDEST.release} but the minimum compute service ` +
  `level in your system is ${version} and the oldest supported service level is ${OLDEST.version}.`;
