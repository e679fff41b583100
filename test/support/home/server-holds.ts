import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from 'pg';
import { type TestHome, until } from './cli.ts';

/** The databases with the rows of Nova's API and of the servers. */
const API = 'nova_api';
const CELL = 'nova_cell1';

/**
 * The points at which a server can be held up: before what the step writes, named by the step of its run. `map` is
 * between the two databases that `place` writes to, and `queue` between those of `begin`.
 */
export type Point =
  'accept' | 'place' | 'map' | 'spawn' | 'finish' | 'begin' | 'queue' | 'finish delete' | 'user data';

const WAIT = (point: Point, name: string) =>
  `perform pg_advisory_xact_lock_shared(hashtext('${point} ' || ${name}))`;
const nameIn = (row: string) => `(${row}.instance::jsonb -> 'nova_object.data' ->> 'display_name')`;

/** A row waits for the lock of its server and point, and so does the step that writes it. */
const trigger = (table: string, when: string, body: string) => `
  create function keyward.hold_${table}() returns trigger language plpgsql as $$ begin ${body}; return coalesce(new, old); end $$;
  create trigger hold before ${when} on ${table} for each row execute function keyward.hold_${table}();`;

const IN_API = [
  trigger(
    'build_requests',
    'insert or delete',
    `if tg_op = 'INSERT' then ${WAIT('accept', nameIn('new'))}; else ${WAIT('map', nameIn('old'))}; end if`,
  ),
  trigger(
    'instance_mappings',
    'update',
    `if new.queued_for_delete and not old.queued_for_delete then ${WAIT('queue', 'new.instance_uuid')}; end if`,
  ),
  `create function keyward.hold_user_data() returns trigger language plpgsql as
     $$ begin ${WAIT('user data', "''")}; return new; end $$;
   create trigger hold before insert on keyward.user_data for each row execute function keyward.hold_user_data();`,
].join('');
const IN_CELL = trigger(
  'instances',
  'insert or update',
  `if tg_op = 'INSERT' then ${WAIT('place', 'new.display_name')};
   elsif new.vm_state = 'active' and old.vm_state = 'building' then ${WAIT('finish', 'new.display_name')};
   elsif new.task_state = 'deleting' then ${WAIT('begin', 'new.display_name')};
   elsif new.vm_state = 'deleted' and old.vm_state <> 'deleted' then ${WAIT('finish delete', 'new.display_name')}; end if`,
);
const DATABASE_OF: Record<Exclude<Point, 'spawn'>, string> = {
  accept: API,
  map: API,
  queue: API,
  'user data': API,
  place: CELL,
  finish: CELL,
  begin: CELL,
  'finish delete': CELL,
};

/** Holds servers up, each by its name at a point of its own; nothing in the product knows of it. */
export class ServerHolds {
  readonly #home: TestHome;
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'keyward-holds-'));
  readonly #sessions = new Map<string, Promise<Client>>();

  #isClosed = false;

  constructor(home: TestHome) {
    this.#home = home;
    this.#makeTool();
  }

  /** The home must have Nova's databases. */
  async open(): Promise<void> {
    await this.#home.query(IN_API, API);
    await this.#home.query(IN_CELL, CELL);
  }

  /** Workers must have this as their PATH. */
  get searchPath(): string {
    return `${this.#dir}:${process.env['PATH']}`;
  }

  /** Servers of this name are held up from now on; a `queue` is held up by the server's uuid. */
  async hold(point: Point, name: string): Promise<void> {
    if (point === 'spawn') return writeFileSync(this.#file('hold', name), '');
    await (await this.#session(DATABASE_OF[point])).query(`select pg_advisory_lock(${keyOf(point, name)})`);
  }

  /** Resolves once a step waits there; and in the end, so that a test that has failed leaves nobody waiting. */
  reached(point: Point, name: string): Promise<void> {
    return until(async () => {
      if (point === 'spawn' || this.#isClosed)
        return this.#isClosed || existsSync(this.#file('reached', name));
      const waiting = await this.#home.query(
        `select from pg_locks where locktype = 'advisory' and not granted
           and objid = (${keyOf(point, name)}::bigint & 4294967295)::oid`,
        DATABASE_OF[point],
      );
      return waiting.length > 0;
    });
  }

  /** Lets the servers of this name go on; a PostgreSQL that was killed has let all of them go. */
  async release(point: Point, name: string): Promise<void> {
    if (point === 'spawn') return rmSync(this.#file('hold', name), { force: true });
    const session = await this.#sessions.get(DATABASE_OF[point]);
    await session?.query(`select pg_advisory_unlock(${keyOf(point, name)})`).catch(() => {});
  }

  /** Nobody takes any notification until they are let go. */
  blockNotifications(): () => void {
    const file = path.join(this.#home.home.logDir, 'notifications.log');
    rmSync(file, { recursive: true, force: true });
    mkdirSync(file);
    return () => rmSync(file, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const session of this.#sessions.values()) await (await session).end().catch(() => {});
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #session(database: string): Promise<Client> {
    const known = this.#sessions.get(database);
    const isAlive = await known?.then((session) => session.query('select')).then(Boolean, () => false);
    const present = this.#sessions.get(database);
    // Whoever else has looked meanwhile has opened one already.
    if (present && (isAlive || present !== known)) return present;
    const session = this.#home.connect(database);
    this.#sessions.set(database, session);
    return session;
  }

  #file(what: string, name: string): string {
    return path.join(this.#dir, `${what}-${name}`);
  }

  /** Stands for the tool that makes images of config drives, the last thing that a spawn does. */
  #makeTool(): void {
    const tool = path.join(this.#dir, 'genisoimage');
    const script = `#!/bin/sh
for folder; do :; done
name=$(sed 's/.*"name": *"\\([a-z0-9-]*\\)".*/\\1/' "$folder/openstack/latest/meta_data.json" | head -n 1)
: > "${this.#dir}/reached-$name"
while [ -e "${this.#dir}/hold-$name" ]; do sleep 0.05; done
exec cp "$folder/openstack/latest/meta_data.json" "$2"
`;
    writeFileSync(tool, script);
    chmodSync(tool, 0o755);
  }
}

const keyOf = (point: Point, name: string): string => `hashtext('${point} ${name}')`;
