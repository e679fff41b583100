import { beforeEach, expect, it } from '@jest/globals';
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
beforeEach(() => {
  sent = [];
  service = new NotificationService({
    publish: async (notification) => void sent.push(notification),
    close: async () => {},
  });
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

it('says so where it could not be sent', async () => {
  const failing = new NotificationService({
    publish: () => Promise.reject(new Error('no broker')),
    close: async () => {},
  });
  const announcement = instanceCreate('start', server, by);
  await expect(failing.publish({ announcement, by, host: 'peer1', at })).rejects.toThrow('no broker');
});
