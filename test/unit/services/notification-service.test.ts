import { beforeEach, describe, expect, it } from '@jest/globals';
import { Transient } from '../../../src/rules/errors.ts';
import type { Notification } from '../../../src/rules/compute/notification.ts';
import type { Phase } from '../../../src/rules/compute/notifications/announcement.ts';
import { instanceCreate } from '../../../src/rules/compute/notifications/instance-create.ts';
import { NotificationService } from '../../../src/services/compute/notification-service.ts';
import { initiatorOf, recorded, serverOf } from '../../support/notifications/recorded.ts';

const real = recorded('instance.create.end-2');
const server = serverOf(real.payload);
const by = initiatorOf(real.payload);
const at = Date.parse('2026-11-21T00:33:11Z') * 1000 + 123_456;

let sent: Notification[];
let service: NotificationService;
let kept: Notification[];
/** What waits to be sent, oldest first. */
const outbox = {
  keep: async (notification: Notification) => void kept.push(notification),
  sendOne: async (send: (notification: Notification) => Promise<void>) => {
    const [oldest] = kept;
    if (!oldest) return false;
    await send(oldest);
    kept.shift();
    return true;
  },
};
beforeEach(() => {
  sent = [];
  kept = [];
  service = new NotificationService(
    { publish: async (notification) => void sent.push(notification), close: async () => {} },
    outbox,
  );
});

async function idOf({
  phase = 'end' as Phase,
  uuid = server.uuid,
  requestId = by.requestId,
}): Promise<string> {
  const asked = { ...by, requestId };
  const announcement = instanceCreate(phase, { ...server, uuid }, asked);
  await service.publish({ announcement, by: asked, host: 'peer1', at });
  return sent.at(-1)!.messageId;
}

it('sends what happened, where, when and for whom', async () => {
  await idOf({});
  expect(sent).toEqual([
    {
      messageId: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      publisherId: real.publisher_id,
      eventType: real.event_type,
      priority: real.priority,
      payload: real.payload,
      timestamp: '2026-11-21 00:33:11.123456',
      context: { requestId: by.requestId, ...by.caller },
    },
  ]);
});

it('gives a repetition the same id', async () => {
  expect(await idOf({})).toBe(await idOf({}));
});

it('gives another event, server or request another id', async () => {
  const ids = [
    await idOf({}),
    await idOf({ phase: 'start' }),
    await idOf({ uuid: '00000000-0000-4000-8000-000000000000' }),
    await idOf({ requestId: 'req-00000000-0000-4000-8000-000000000000' }),
  ];
  expect(new Set(ids).size).toBe(4);
});

describe('what can not be sent', () => {
  const unsent = (error: Error) =>
    new NotificationService(
      {
        publish: async () => {
          throw error;
        },
        close: async () => {},
      },
      outbox,
    );
  const occasion = { announcement: instanceCreate('start', server, by), by, host: 'peer1', at };
  const down = new Transient('BrokerDown', 'There is no broker.', 'Start it.');

  it('is kept, and sent as it was then once it can be', async () => {
    await service.publish(occasion);
    await unsent(down).publish(occasion);
    expect(kept).toEqual(sent);
    await service.sendKept();
    expect(kept).toEqual([]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('stays kept, and is told of, as long as it can not be', async () => {
    await unsent(down).publish(occasion);
    await expect(unsent(down).sendKept()).rejects.toBe(down);
    expect(kept).toHaveLength(1);
  });

  it('for want of a rule is a bug, and not kept', async () => {
    await expect(unsent(new Error('a bug')).publish(occasion)).rejects.toThrow('a bug');
    expect(kept).toEqual([]);
  });
});
