import type { EntityManager } from '@mikro-orm/postgresql';
import type { LastAction, Volume } from '../../rules/compute/server-view.ts';
import type { Protection } from '../../rules/compute/server-protection.ts';
import { isoMicros } from '../naive-times.ts';
import { type LockPageRow, readLock } from './lock-pages.ts';
import { findProtection } from './server-protection.ts';

/** What is shown of a server and lies in tables of its own; texts of JSON are as Nova keeps them. */
export type ServerDetails = {
  networkInfo: string | null;
  trustedCerts: string | null;
  volumes: Volume[];
  lastAction: LastAction | null;
  lock: LockPageRow | null;
  protection: Protection | null;
};

/** NOTE: nova/db/main/api.py, action_get_last_created_by_instance_uuid orders so. */
const LAST_ACTION = `select json_build_object('action', a.action, 'request_id', a.request_id,
    'start_time', ${isoMicros('a.start_time')}, 'message', a.message, 'result',
    (select result from instance_actions_events v where v.action_id = a.id order by v.created_at desc, v.id desc limit 1))
  from instance_actions a where a.instance_uuid = i.uuid order by a.created_at desc, a.id desc limit 1`;

const DETAILS = `select
    (select network_info from instance_info_caches c where c.instance_uuid = i.uuid) as "networkInfo",
    (select trusted_certs from instance_extra e where e.instance_uuid = i.uuid order by id desc limit 1) as "trustedCerts",
    (select json_agg(json_build_object('id', volume_id, 'delete_on_termination', delete_on_termination) order by b.id)
      from block_device_mapping b where b.instance_uuid = i.uuid and volume_id is not null
        and (b.deleted = 0) = (i.deleted = 0)) as volumes,
    (${LAST_ACTION}) as "lastAction"
  from instances i where i.uuid = ?`;

/** Reads what a server that is there is shown with besides its own row. */
export async function readServerDetails(em: EntityManager, uuid: string): Promise<ServerDetails> {
  const [row] = await em.execute<[Omit<ServerDetails, 'volumes'> & { volumes: Volume[] | null }]>(DETAILS, [
    uuid,
  ]);
  return {
    ...row,
    volumes: row.volumes ?? [],
    lock: await readLock(em, uuid),
    protection: await findProtection(em, uuid),
  };
}
