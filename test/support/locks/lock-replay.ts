import { serverRecord } from '../../../src/cli/output/server-record.ts';
import { assertReason } from '../../../src/rules/compute/lock-request.ts';
import { NEWEST_FIRST, serverOrder } from '../../../src/rules/compute/server-order.ts';
import { RuleError } from '../../../src/rules/errors.ts';
import type { TestCells } from '../cloud/cells.ts';
import { listServers } from '../cloud/servers.ts';
import type { Facts, Observed } from './judge.ts';
import { type Asked, askedAs, LockCloud, type Rows } from './lock-cloud.ts';
import {
  cut,
  factOfAction,
  factOfText,
  factsOfActions,
  notedIn,
  type NovaChange,
  novaChanges,
} from './nova-changes.ts';
import { listedFact, novaFacts, shownFacts, sorted } from './nova-facts.ts';
import {
  callers,
  type Dump,
  LOCK1,
  LOCK2,
  named,
  nameOfCaller,
  notifications,
  type Recording,
  requestIdOf,
  rowChanges,
} from './recordings.ts';
import { type Wish, wishIn } from './requests.ts';
import { factOfEnvelope, factOfNotification, withoutTimes } from './sent-facts.ts';

const DEADLINE_MS = 8000;

/** Nova was asked for these two as well, and their answers were not recorded. */
const UNRECORDED = ['req-e531b3e4-23d7-4340-98b4-b0c4a3b12838', 'req-85c17e90-d73f-407d-b6ab-8c93180a3897'];

/** Asks keyward for what Nova was asked for, in the same order, and says of each request what both did. */
export class LockReplay {
  readonly #cells: TestCells;
  readonly #cloud: LockCloud;
  /** What Nova changed, and was not asked for yet. */
  readonly #ahead = novaChanges(rowChanges);
  /** The requests of which both notifications were compared. */
  readonly #compared = new Set<string>();
  /** The reason that Nova has now. */
  #reason: string | null = null;

  constructor(cells: TestCells, cloud: LockCloud) {
    this.#cells = cells;
    this.#cloud = cloud;
  }

  /** Null where keyward does not do such things. */
  async play(recording: Recording): Promise<Observed | null> {
    const wish = wishIn(recording);
    if (wish === null) return null;
    const change = await this.#changeOf(recording, wish);
    return {
      keyward: await this.#keywardFacts(recording, wish),
      nova: novaFacts(recording, wish, change, this.#reason),
    };
  }

  /** Compares the rows as they are now. */
  async dumped(dump: Dump): Promise<Observed> {
    const { instance, reasons, faults, ...noted } = (await this.#cloud.rowsOf(LOCK1))!;
    const { updated_at: _, ...row } = dump.instances[0];
    const novaReasons = dump.instance_system_metadata
      .filter(({ key }) => key === 'locked_reason')
      .map(({ value, deleted }) => ({ value, deleted }));
    return {
      nova: { ...row, reasons: novaReasons, faults: dump.instance_faults, ...factsOfActions(notedIn(dump)) },
      keyward: {
        ...Object.fromEntries(Object.keys(row).map((name) => [name, instance[name]])),
        reasons,
        faults,
        ...factsOfActions(noted),
      },
    };
  }

  /** Tells which of Nova's changes, and of its notifications, nothing was compared with. */
  leftOver = (): Observed => ({
    nova: { changes: [], notifications: [] },
    keyward: {
      changes: this.#ahead,
      notifications: [...notifications.keys()].filter((id) => !this.#compared.has(id)),
    },
  });

  /**
   * Finds what Nova changed for a request. Not every request has a recording: what Nova changed before it is asked for
   * first.
   */
  async #changeOf(recording: Recording, wish: Wish): Promise<NovaChange | null> {
    const at = this.#ahead.findIndex(({ requestId, columns }) =>
      wish.do === 'rename'
        ? columns['display_name']?.[1] === wish.name
        : requestId === requestIdOf(recording),
    );
    for (const unrecorded of this.#ahead.splice(0, Math.max(at, 0))) await this.#ask(unrecorded);
    const change = at < 0 ? null : this.#ahead.shift()!;
    if (change) this.#follow(change);
    return change;
  }

  async #ask(change: NovaChange): Promise<void> {
    const { kind, requestId, caller } = change;
    if (kind !== 'unlock' || !UNRECORDED.includes(requestId!))
      throw new Error(`No recording has ${JSON.stringify(change)}.`);
    await this.#cloud.unlock(askedAs(requestId!, caller!), LOCK1);
    this.#follow(change);
  }

  #follow({ columns }: NovaChange): void {
    if (columns['locked_reason']) this.#reason = columns['locked_reason'][1] as string | null;
  }

  async #keywardFacts(recording: Recording, wish: Wish): Promise<Facts> {
    const { body } = recording.response;
    if (wish.do === 'show') return this.#shown(wish.server, body.server);
    if (wish.do === 'list') return { servers: await this.#listed(wish, body.servers) };
    if (wish.do === 'action') return this.#action(wish, body.instanceAction);
    const asked = askedAs(requestIdOf(recording), callers[recording.user]!);
    const before = await this.#rows();
    this.#cloud.sent.length = 0;
    const outcome = await outcomeOf(() => this.#do(recording, wish, asked));
    const after = await this.#rows();
    return {
      ...outcome,
      ...changedColumns(before.lock1, after.lock1),
      ...(wish.do !== 'boot' && { 'other server': changedColumns(before.lock2, after.lock2) }),
      action: newAction(before.lock1, after.lock1, requestIdOf(recording)),
      ...this.#sent(requestIdOf(recording)),
      ...(wish.do === 'rename' && (await this.#shown(wish.server, body.server))),
    };
  }

  #rows = async () => ({ lock1: await this.#cloud.rowsOf(LOCK1), lock2: await this.#cloud.rowsOf(LOCK2) });

  async #do(recording: Recording, wish: Wish, asked: Asked): Promise<void> {
    if (wish.do === 'boot') return this.#cloud.boot(recording, asked);
    if (wish.do === 'show' || wish.do === 'list' || wish.do === 'action') return;
    if (wish.do === 'lock' && wish.reason !== null) assertReason(wish.reason);
    const { uuid } = await this.#cloud.services.serverFinder.find(wish.server, { deadlineMs: DEADLINE_MS });
    if (wish.do === 'lock') await this.#cloud.lock(asked, uuid, wish.reason);
    if (wish.do === 'unlock') await this.#cloud.unlock(asked, uuid);
    if (wish.do === 'rename') await this.#cloud.update(asked, uuid, { name: wish.name });
    if (wish.do === 'properties') await this.#cloud.update(asked, uuid, { properties: wish.properties });
    if (wish.do === 'tag') await this.#cloud.update(asked, uuid, { tags: [wish.tag] });
    if (wish.do === 'delete') await this.#cloud.delete(asked, uuid);
  }

  /** Tells of the notifications since the last request; of the whole one only where Nova's is recorded. */
  #sent(requestId: string): Facts {
    const texts = this.#cloud.sent.map(({ eventType, payload, context }) => {
      const data = payload['nova_object.data'];
      const isLocked = data['locked'] as boolean;
      return factOfNotification(eventType, nameOfCaller(context), isLocked, data['locked_reason']);
    });
    const [sent] = this.#cloud.sent;
    if (!sent || !notifications.has(requestId)) return { notification: texts.join('; ') || undefined };
    this.#compared.add(requestId);
    const { publisherId, eventType, priority, timestamp, payload } = sent;
    const envelope = { publisher_id: publisherId, event_type: eventType, priority, timestamp };
    return {
      notification: texts.join('; '),
      envelope: factOfEnvelope(envelope),
      payload: withoutTimes(payload),
    };
  }

  /** Shows as much of a server as Nova's answer has. */
  async #shown(server: string, answer: object): Promise<Facts> {
    const view = await this.#cloud.services.serverViewer.show(server, DEADLINE_MS);
    const record = JSON.parse(JSON.stringify(serverRecord(view))) as Record<string, unknown>;
    const names = Object.keys(shownFacts(answer)).map((name) => name.replace(/^server\./, ''));
    return Object.fromEntries(names.map((name) => [`server.${name}`, sorted(record[name])]));
  }

  async #listed({ locked, sort }: Extract<Wish, { do: 'list' }>, answer: object[]): Promise<object[]> {
    const order = sort ? serverOrder(['locked'], sort.isDescending) : NEWEST_FIRST;
    const listed = await listServers(this.#cells, { locked }, { order });
    const wanted = Object.keys(listedFact(answer[0]!));
    return listed.map((server) =>
      Object.fromEntries(wanted.map((name) => [name, { ...server, id: named(server.uuid) }[name]])),
    );
  }

  async #action(
    { server, requestId }: Extract<Wish, { do: 'action' }>,
    answer: { events: object[] },
  ): Promise<Facts> {
    const view = await this.#cloud.services.serverEvents.show(server, requestId, DEADLINE_MS);
    const { instanceUuid, userId, projectId, action, message, events } = view;
    const isTold = (name: string) => name in answer.events[0]!;
    return {
      action,
      instance_uuid: instanceUuid,
      request_id: view.requestId,
      user_id: userId,
      project_id: projectId,
      message,
      events: events.map(({ event, result, hostId, host, traceback, finishTime }) =>
        sorted({
          event,
          result,
          hostId,
          isFinished: finishTime !== null,
          ...(isTold('host') && { host }),
          ...(isTold('traceback') && { traceback }),
        }),
      ),
    };
  }
}

/** The status with which Nova's API refuses what keyward refuses with an error of this name. */
const STATUS: Record<string, number> = {
  UsageError: 400,
  AdminLock: 403,
  NotFound: 404,
  InstanceLocked: 409,
};

async function outcomeOf(act: () => Promise<void>): Promise<Facts> {
  try {
    await act();
    return { outcome: 'done' };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { outcome: `refused with ${STATUS[error.name] ?? error.name}`, text: factOfText(error.message) };
  }
}

/** Tells each column that was changed with what it was and what it is, and so of the reason; undefined: none. */
function changedColumns(before: Rows | null, after: Rows | null): Facts | undefined {
  if (!before || !after) return;
  const told = (rows: Rows) => ({ ...rows.instance, locked_reason: reasonIn(rows) });
  const [old, now]: [Record<string, any>, Record<string, any>] = [told(before), told(after)];
  const names = Object.keys(now).filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
  if (names.length === 0) return;
  return Object.fromEntries(names.map((name) => [name, cut([old[name], now[name]])]));
}

/** Nova keeps one row, and none without a reason; anything else is told as it is. */
function reasonIn({ reasons: [reason, ...others] }: Rows): unknown {
  if (!reason) return null;
  return others.length > 0 || reason.deleted !== 0 ? [reason, ...others] : reason.value;
}

function newAction(before: Rows | null, after: Rows | null, requestId: string): string | undefined {
  if (!after) return;
  const { events } = after;
  const actions = after.actions.slice(before?.actions.length ?? 0);
  if (actions.some((one) => one.request_id !== requestId)) return 'of another request';
  return factOfAction({ actions, events }, requestId);
}
