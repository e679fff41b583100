import { FakeDriver } from '../../../src/drivers/compute/fake.ts';
import type { Owner } from '../../../src/rules/compute/new-server.ts';
import type { Notification } from '../../../src/rules/compute/notification.ts';
import { LockAnnouncer } from '../../../src/services/compute/lock-announcer.ts';
import { NotificationService } from '../../../src/services/compute/notification-service.ts';
import { ServerGuests } from '../../../src/services/compute/server-guests.ts';
import type { TestCells } from '../cloud/cells.ts';
import { createRequest, deleteRequest } from '../cloud/new-servers.ts';
import type { TestPostgres } from '../cloud/postgres.ts';
import { serverOf } from '../notifications/recorded.ts';
import { type ActionRow, type EventRow, lastDump, notifications, type Recording } from './recordings.ts';

/** The rows of a server that a lock may change, or must not; times are left out. */
export type Rows = {
  instance: Record<string, any>;
  reasons: { value: string; deleted: number }[];
  actions: ActionRow[];
  events: EventRow[];
  faults: unknown[];
};

/** The server that was locked first, as a notification of it tells. */
const lock1 = serverOf([...notifications.values()][0]!.payload);
const HOST = lock1.host!;

/** A cloud whose servers keyward makes as they were recorded, with what it sends. */
export class LockCloud {
  readonly sent: Notification[] = [];
  readonly services: TestCells['services'];
  readonly #server: TestPostgres;
  readonly #database: string;
  readonly #cell: string;
  readonly #announcer: LockAnnouncer;

  private constructor(server: TestPostgres, cells: TestCells, cell: string) {
    this.#server = server;
    this.services = cells.services;
    this.#database = cells.databaseOf('cell1');
    this.#cell = cell;
    const notifier = {
      publish: async (notification: Notification) => void this.sent.push(notification),
      close: async () => {},
    };
    const refuse = async () => {
      throw new Error('Nothing has to be kept.');
    };
    const notifying = new NotificationService(notifier, { keep: refuse, sendOne: refuse });
    this.#announcer = new LockAnnouncer(cells.services.cells, notifying);
  }

  static async open(server: TestPostgres, cells: TestCells): Promise<LockCloud> {
    const { uuid } = await cells.services.hosts.register(HOST, 'fake', null);
    return new LockCloud(server, cells, uuid);
  }

  /** Makes the server of that recording. */
  async boot({ request, response }: Recording, { caller, ...asked }: Asked): Promise<void> {
    const { name, imageRef, config_drive: hasConfigDrive } = request.body.server;
    const made = createRequest(this.#cell, {
      uuid: response.body.server.id,
      name,
      hostname: name,
      description: null,
      flavor: lock1.flavor!,
      metadata: {},
      tags: [],
      hasConfigDrive,
      reservationId: lock1.reservationId!,
      host: HOST,
    });
    const { server } = made;
    const publicKey = lastDump.instances[0]['key_data'] as string;
    const creation = {
      ...made,
      ...asked,
      uuid: server.uuid,
      caller,
      server: {
        ...server,
        image: { ...server.image, id: imageRef },
        keyPair: { ...server.keyPair!, name: lock1.keyName!, userId: caller.userId, publicKey },
      },
    };
    const { serverCreation, database, cells } = this.services;
    await serverCreation.accept(creation);
    await serverCreation.place(creation);
    await new ServerGuests(database, cells, new FakeDriver()).spawn(creation);
    await serverCreation.finish(creation);
  }

  /** Locks or unlocks as a run does: the change comes first, and then what is told of it. */
  async lock(asked: Asked, uuid: string, reason: string | null): Promise<void> {
    await this.#changeLock(asked, uuid, { kind: 'lock', reason, lease: null });
  }

  async unlock(asked: Asked, uuid: string): Promise<void> {
    await this.#changeLock(asked, uuid, { kind: 'unlock' });
  }

  async #changeLock(asked: Asked, uuid: string, locking: Locking): Promise<void> {
    const request = { ...this.#requestFor(uuid), ...asked, locking };
    await this.services.serverLocks.apply(request);
    await this.#announcer.announce({ ...request, batch: request.requestId });
  }

  async update(asked: Asked, uuid: string, patch: Partial<Patch>): Promise<void> {
    const request = { ...this.#requestFor(uuid), ...asked, patch: { properties: {}, tags: [], ...patch } };
    await this.services.serverUpdate.apply(request);
  }

  async delete(asked: Asked, uuid: string): Promise<void> {
    await this.services.serverDeletion.begin({ ...this.#requestFor(uuid), ...asked });
  }

  #requestFor = (uuid: string) => ({ ...deleteRequest(uuid, this.#cell, { host: HOST }), cell: this.#cell });

  /** Null where there is no such server yet. */
  async rowsOf(uuid: string): Promise<Rows | null> {
    const [row] = await this.#server.query<{ rows: Rows }>(
      this.#database,
      `select json_build_object(
         'instance', to_jsonb(i) - '{created_at,updated_at}'::text[],
         'reasons', (select coalesce(json_agg(json_build_object('value', value, 'deleted', m.deleted) order by m.id), '[]')
           from instance_system_metadata m where instance_uuid = i.uuid and key = 'locked_reason'),
         'actions', (select coalesce(json_agg(a order by a.id), '[]')
           from instance_actions a where a.instance_uuid = i.uuid),
         'events', (select coalesce(json_agg(e order by e.id), '[]')
           from instance_actions_events e join instance_actions a on a.id = e.action_id where a.instance_uuid = i.uuid),
         'faults', (select coalesce(json_agg(f), '[]') from instance_faults f where f.instance_uuid = i.uuid)) as rows
       from instances i where uuid = $1`,
      [uuid],
    );
    return row?.rows ?? null;
  }
}

/** Who asks, and under which id. */
export type Asked = {
  requestId: string;
  caller: Owner;
  requester: { user: string; sudoUser: null; host: string };
};
type Locking = { kind: 'lock'; reason: string | null; lease: null } | { kind: 'unlock' };
type Patch = { name: string; properties: Record<string, string>; tags: string[] };

/** Makes the request of which Nova's rows have this id; it is asked on the host where Nova's API ran. */
export const askedAs = (requestId: string, caller: Owner): Asked => ({
  requestId: requestId.replace(/^req-/, ''),
  caller,
  requester: { user: 'operator', sudoUser: null, host: HOST },
});
