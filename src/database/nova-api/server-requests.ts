import type { EntityManager } from '@mikro-orm/postgresql';
import { type RequestSpec, requestSpecIn } from '../../rules/compute/stored-objects.ts';
import { AMONG } from '../among.ts';

/** Reads what servers were asked for, by their uuids; a server that an old Nova made may have none. */
export async function readRequestSpecs(
  em: EntityManager,
  uuids: string[],
): Promise<Map<string, RequestSpec>> {
  const rows = await em.execute<{ uuid: string; spec: string }[]>(
    `select instance_uuid as uuid, spec from request_specs where instance_uuid ${AMONG}`,
    [JSON.stringify(uuids)],
  );
  return new Map(rows.map(({ uuid, spec }) => [uuid, requestSpecIn(spec)]));
}

/**
 * Gives the availability zones of hosts: those of the aggregates that they are in, of several the first. A host in none
 * has `default_availability_zone` of nova.conf. NOTE: nova/availability_zones.py, get_host_availability_zone.
 */
export async function zonesOfHosts(em: EntityManager): Promise<Map<string, string>> {
  const rows = await em.execute<{ host: string; zone: string }[]>(
    `select distinct on (h.host) h.host, m.value as zone
     from aggregate_hosts h join aggregate_metadata m using (aggregate_id)
     where m.key = 'availability_zone' and h.host is not null order by h.host, h.aggregate_id`,
  );
  return new Map(rows.map(({ host, zone }) => [host, zone]));
}

/** Gives the uuid of the server group that a server is in: none, or one. */
export async function groupsOf(em: EntityManager, uuid: string): Promise<string[]> {
  const rows = await em.execute<{ uuid: string }[]>(
    `select g.uuid from instance_groups g join instance_group_member m on m.group_id = g.id
     where m.instance_uuid = ? order by m.id limit 1`,
    [uuid],
  );
  return rows.map((row) => row.uuid);
}
