import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type TestHome, until } from './cli.ts';

/** The cell in which the servers of a home are. */
const CELL = 'nova_cell1';

/** What was done to the lock of a server, and by which request. */
type Done = { uuid: string; action: string; request: string };
type Action = Done & { events: number };
type Lock = { locked: boolean | null; locked_by: string | null; lease: string | null };
type Notification = {
  message_id: string;
  event_type: string;
  payload: { 'nova_object.data': { uuid: string; locked: boolean } };
};

const quoted = (uuids: string[]): string => uuids.map((uuid) => `'${uuid}'`).join();

/** What the databases, the runs and the notifications of a home say of the locks of its servers. */
export class LockedServers {
  readonly #home: TestHome;

  constructor(home: TestHome) {
    this.#home = home;
  }

  async lockOf(uuid: string): Promise<Lock> {
    const [lock] = await this.#home.query<Lock>(
      `select i.locked, i.locked_by, l.lease_id as lease from instances i
         left join keyward.server_lock l on l.instance_uuid = i.uuid where i.uuid = '${uuid}'`,
      CELL,
    );
    return lock!;
  }

  async countLocked(uuids: string[]): Promise<number> {
    return (await this.#home.query(`select from instances where locked and uuid in (${quoted(uuids)})`, CELL))
      .length;
  }

  /** Lists what Nova would show of servers' locks, oldest first; `events` counts how often it says that it was done. */
  actionsOf(uuids: string[]): Promise<Action[]> {
    return this.#home.query<Action>(
      `select a.instance_uuid as uuid, a.action, replace(a.request_id, 'req-', '') as request,
         (select count(*)::int from instance_actions_events e where e.action_id = a.id and e.result = 'Success') as events
       from instance_actions a where a.instance_uuid in (${quoted(uuids)}) and a.action in ('lock', 'unlock') order by a.id`,
      CELL,
    );
  }

  /** Lists the same of the audit: what was done to servers, by which request. */
  auditOf(uuids: string[]): Promise<Done[]> {
    return this.#home.query<Done>(
      `select resource_id as uuid, action, request_id as request from keyward.audit
       where resource_id in (${quoted(uuids)}) and action in ('lock', 'unlock') order by id`,
      CELL,
    );
  }

  /** Makes the leases of servers be over, in the rows alone: no run learns of it. */
  async endTime(uuids: string[], { secondsAgo } = { secondsAgo: 0 }): Promise<void> {
    await this.#home.query(
      `update keyward.server_lock set until = clock_timestamp() - interval '${secondsAgo} seconds'
       where instance_uuid in (${quoted(uuids)})`,
      CELL,
    );
  }

  /** Tells how a run stands, in Temporal's words; null where there is none. */
  async statusOf(workflowId: string): Promise<string | null> {
    const connection = await Connection.connect({ address: this.#home.temporal });
    const { workflow } = new Client({ connection });
    const query = `WorkflowId = "${workflowId}"`;
    // The newest one is first.
    for await (const { status } of workflow.list({ query, pageSize: 1 })) {
      await connection.close();
      return status.name;
    }
    await connection.close();
    return null;
  }

  /** Lists the notifications of servers' locks, also of logs that were moved away. A line that a kill has cut off is none. */
  notifications(): { uuid: string; event: string; id: string; locked: boolean }[] {
    const { logDir } = this.#home.home;
    const logs = readdirSync(logDir).filter((name) => name.startsWith('notifications.log'));
    return logs
      .flatMap((name) => readFileSync(path.join(logDir, name), 'utf8').split('\n'))
      .filter((line) => line.includes('"instance.lock"') || line.includes('"instance.unlock"'))
      .flatMap((line) => parsed(line) ?? [])
      .map(({ event_type: event, message_id: id, payload }) => ({
        event,
        id,
        ...payload['nova_object.data'],
      }));
  }

  /** Resolves once no notification is kept any more. */
  told(): Promise<void> {
    return until(
      async () => (await this.#home.query('select from keyward.notification', 'nova_api')).length === 0,
    );
  }
}

function parsed(line: string): Notification | null {
  try {
    return JSON.parse(line) as Notification;
  } catch {
    return null;
  }
}
