import { existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { Client } from 'pg';
import { type TestHome, until } from './cli.ts';

const API = 'nova_api';
const CELL = 'nova_cell1';

/**
 * The points at which a change of a lock can be held up, by the name of a server: before its row is changed, in the COMMIT of
 * that, and before its notification is kept (by the event and the name). A fleet's request is held up where it is taken up or done, by its operation.
 */
export type LockPoint = 'lock' | 'unlock' | 'lock commit' | 'unlock commit' | 'announce' | 'begin' | 'finish';

const keyOf = (point: string, name: string): string => `hashtext('${point} ${name}')`;
const wait = (point: string, name: string): string =>
  `perform pg_advisory_xact_lock_shared(hashtext(${point} || ' ' || ${name}))`;
const hold = (name: string, table: string, body: string, when: string): string => `
  create function keyward.hold_${name}() returns trigger language plpgsql as
    $$ begin ${body}; return coalesce(new, old); end $$;
  ${when.replace('TABLE', table)} for each row execute function keyward.hold_${name}();`;

const IN_CELL = [
  hold(
    'change',
    'instances',
    `if new.locked is distinct from old.locked then
       ${wait("case when new.locked then 'lock' else 'unlock' end", 'new.display_name')}; end if`,
    'create trigger hold_lock before update on TABLE',
  ),
  hold(
    'commit',
    'keyward.server_lock',
    wait(
      "case when tg_op = 'INSERT' then 'lock commit' else 'unlock commit' end",
      '(select display_name from instances where uuid = coalesce(new.instance_uuid, old.instance_uuid))',
    ),
    'create constraint trigger hold_commit after insert or delete on TABLE deferrable initially deferred',
  ),
  hold(
    'request',
    'keyward.request',
    wait("case when new.state = 'applied' then 'finish' else 'begin' end", 'new.operation'),
    'create trigger hold_request before insert or update of state on TABLE',
  ),
].join('');
const IN_API = hold(
  'announce',
  'keyward.notification',
  wait(
    "'announce'",
    "(new.notification ->> 'eventType') || ' ' || (new.notification #>> '{payload,nova_object.data,display_name}')",
  ),
  'create trigger hold_announce before insert on TABLE',
);

const databaseOf = (point: LockPoint): string => (point === 'announce' ? API : CELL);

/** Holds changes of locks up; nothing in the product knows of it. */
export class LockHolds {
  readonly #home: TestHome;
  readonly #sessions = new Map<string, Client>();
  #last: Promise<void> = Promise.resolve();
  #blocked = 0;

  constructor(home: TestHome) {
    this.#home = home;
  }

  /** The home must have Nova's databases. */
  async open(): Promise<void> {
    await this.#home.query(IN_API, API);
    await this.#home.query(IN_CELL, CELL);
  }

  /** What comes to this point is held up from now on. */
  hold(point: LockPoint, name: string): Promise<void> {
    return this.#inTurn(async () => {
      const session = await this.#session(databaseOf(point));
      await session.query(`select pg_advisory_lock(${keyOf(point, name)})`);
    });
  }

  /** Whether a step waits there now. */
  async isReached(point: LockPoint, name: string): Promise<boolean> {
    const waiting = await this.#home.query(
      `select from pg_locks where locktype = 'advisory' and not granted
         and objid = (${keyOf(point, name)}::bigint & 4294967295)::oid`,
      databaseOf(point),
    );
    return waiting.length > 0;
  }

  reached(point: LockPoint, name: string): Promise<void> {
    return until(() => this.isReached(point, name));
  }

  /** Lets what waits there go on; a PostgreSQL that was killed has let all go. */
  release(point: LockPoint, name: string): Promise<void> {
    return this.#inTurn(async () => {
      const session = this.#sessions.get(databaseOf(point));
      await session?.query(`select pg_advisory_unlock(${keyOf(point, name)})`).catch(() => {});
    });
  }

  /** Nobody takes any notification until they are let go. What is in the log is kept beside it. */
  blockNotifications(): () => void {
    const file = path.join(this.#home.home.logDir, 'notifications.log');
    this.#blocked += 1;
    if (existsSync(file)) renameSync(file, `${file}.${this.#blocked}`);
    mkdirSync(file);
    return () => rmdirSync(file);
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await session.end().catch(() => {});
  }

  /** A session answers one query at a time. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #session(database: string): Promise<Client> {
    const known = this.#sessions.get(database);
    const isAlive = await known?.query('select').then(Boolean, () => false);
    if (known && isAlive) return known;
    const session = await this.#home.connect(database);
    this.#sessions.set(database, session);
    return session;
  }
}
