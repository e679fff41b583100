import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Announcement, Phase } from '../../../../src/rules/compute/notifications/announcement.ts';
import { exceptionIn } from '../../../../src/rules/compute/notifications/exception-payload.ts';
import {
  instanceCreate,
  instanceCreateError,
} from '../../../../src/rules/compute/notifications/instance-create.ts';
import { instanceDelete } from '../../../../src/rules/compute/notifications/instance-delete.ts';
import { instanceLock } from '../../../../src/rules/compute/notifications/instance-lock.ts';
import {
  instanceTagsUpdate,
  instanceUpdate,
} from '../../../../src/rules/compute/notifications/instance-update.ts';
import { pythonTime } from '../../../../src/rules/compute/notifications/python-time.ts';
import {
  exceptionOf,
  initiatorOf,
  recorded,
  type Recorded,
  SECRET,
  serverOf,
} from '../../../support/notifications/recorded.ts';

/** Makes the notification again from what it tells. */
function made({ event_type, payload, timestamp }: Recorded): Announcement {
  const [, action, phase] = event_type.split('.') as [string, string, Phase];
  const [server, by] = [serverOf(payload), initiatorOf(payload)];
  const { fault } = payload['nova_object.data'];
  if (fault) return instanceCreateError(exceptionOf(fault as never), server, by);
  const { locked_reason: reason } = payload['nova_object.data'];
  if (action === 'lock')
    return instanceLock({ kind: action, reason: reason as string | null, lease: null }, server, by);
  if (action === 'unlock') return instanceLock({ kind: action }, server, by);
  if (action === 'update') return instanceTagsUpdate(server, by, Date.parse(`${timestamp}Z`) * 1000);
  return { create: instanceCreate, delete: instanceDelete }[action]!(phase, server, by);
}

const names = readdirSync('test/fixtures/upstream/nova/notifications').map((name) => name.slice(0, -5));

describe('what a real Nova has sent is made again', () => {
  it.each(names)('%s', (name) => {
    const real = recorded(name);
    const announcement = made(real);
    expect(announcement).toMatchObject({ eventType: real.event_type, priority: real.priority });
    expect(announcement.source).toBe(real.publisher_id.split(':')[0]);
    expect(announcement.payload).toEqual(real.payload);
  });

  it.each(names)('%s, with its fields in the same order', (name) => {
    const real = recorded(name);
    expect(JSON.stringify(made(real).payload)).toBe(JSON.stringify(real.payload));
  });
});

const active = recorded('instance.create.end-2');
const by = initiatorOf(active.payload);
const server = { ...serverOf(active.payload), vmState: 'active', taskState: null, displayName: 'now' };
const at = Date.parse('2026-02-03T04:05:06Z') * 1000;
const told = (announcement: Announcement | null) => announcement!.payload['nova_object.data'];

describe('a payload', () => {
  it.each<[string, Announcement]>([
    ['of a creation', instanceCreate('end', server, by)],
    ['of an error', instanceCreateError(exceptionIn('spawn', new Error('no room')), server, by)],
    ['of a deletion', instanceDelete('end', server, by)],
    ['of an update', instanceTagsUpdate(server, by, at)],
  ])('%s has nothing of user data, system metadata or faults', (_, announcement) => {
    expect(JSON.stringify(announcement)).not.toContain(SECRET);
  });

  it.each([
    [0, 'pending'],
    [1, 'running'],
    [3, 'paused'],
    [4, 'shutdown'],
    [6, 'crashed'],
    [7, 'suspended'],
    [2, null],
    [null, null],
  ])('has for the power state %p the word %p', (powerState, word) => {
    expect(told(instanceDelete('start', { ...server, powerState }, by))).toMatchObject({ power_state: word });
  });

  it.each([
    ['a user and a project', 'u', 'p', by.requestId],
    ['a user of no project', 'u', null, null],
    ['nobody', null, null, null],
  ])('of %s has the request’s id or none, as Nova does', (_, userId, projectId, requestId) => {
    const asked = { ...by, caller: { userId, projectId } };
    expect(told(instanceCreate('start', server, asked))).toMatchObject({
      request_id: requestId,
      action_initiator_user: userId,
      action_initiator_project: projectId,
    });
  });

  it('has no flavor where that can’t be read', () => {
    expect(told(instanceCreate('start', { ...server, flavor: null }, by))).toMatchObject({ flavor: null });
  });

  it('says AUTO for a disk that is resized at boot', () => {
    const auto = { ...server, hasAutoDiskConfig: true };
    expect(told(instanceCreate('start', auto, by))).toMatchObject({ auto_disk_config: 'AUTO' });
  });
});

it('a server with a host is deleted by nova-compute, one without by nova-api', () => {
  expect(instanceDelete('start', server, by)).toMatchObject({ source: 'nova-compute' });
  expect(instanceDelete('start', { ...server, host: null }, by)).toMatchObject({ source: 'nova-api' });
});

describe('instance.update', () => {
  const same = { vmState: 'active', taskState: null, displayName: 'now' };
  const states = (old: string, task: string | null) => ({
    'nova_object.data': { old_state: old, state: 'active', old_task_state: task, new_task_state: null },
  });

  it.each([
    ['is not sent by default', null, { ...same, vmState: 'building' }, null],
    ['tells a new vm_state', 'vm_state', { ...same, vmState: 'building' }, states('building', null)],
    [
      'does not tell a task_state unless asked',
      'vm_state',
      { ...same, taskState: 't' },
      states('active', null),
    ],
    [
      'tells a task_state where asked',
      'vm_and_task_state',
      { ...same, taskState: 't' },
      states('active', 't'),
    ],
    ['is sent where no state has changed', 'vm_state', same, states('active', null)],
  ] as const)('%s', (_, notifyOn, before, expected) => {
    const announcement = instanceUpdate(before, server, by, { notifyOn, at });
    const found = announcement && told(announcement)['state_update'];
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });

  it('tells the old name where the name has changed', () => {
    const before = { ...same, displayName: 'before' };
    const found = told(instanceUpdate(before, server, by, { notifyOn: 'vm_state', at }));
    expect(found).toMatchObject({ old_display_name: 'before', display_name: 'now' });
  });

  it('is told by nova-compute, but of tags by nova-api', () => {
    expect(instanceUpdate(same, server, by, { notifyOn: 'vm_state', at })).toMatchObject({
      source: 'nova-compute',
    });
    expect(instanceTagsUpdate(server, by, at)).toMatchObject({ source: 'nova-api' });
  });

  it('has two subjects for two changes of state in one request', () => {
    const subjects = ['building', 'error'].map(
      (vmState) => instanceUpdate({ ...same, vmState }, server, by, { notifyOn: 'vm_state', at })!.subject,
    );
    expect(new Set(subjects).size).toBe(2);
  });
});

describe('a time is written as Python does:', () => {
  it.each([
    [Date.parse('2026-11-21T00:33:09Z') * 1000 + 667_659, '2026-11-21 00:33:09.667659'],
    [Date.parse('2026-11-21T00:33:09Z') * 1000 + 7, '2026-11-21 00:33:09.000007'],
    [Date.parse('2026-11-21T00:33:09Z') * 1000, '2026-11-21 00:33:09'],
  ])('%p', (micros, text) => expect(pythonTime(micros)).toBe(text));
});

it("a server's addresses are told as Nova tells them, without floating ones", () => {
  const withPorts = {
    ...serverOf(recorded('instance.lock-1').payload),
    networkInfo: JSON.stringify([
      {
        id: 'ce531f90-199f-48c0-816c-13e38010b442',
        address: 'fa:16:3e:4c:2c:30',
        devname: 'tapce531f90-19',
        meta: { rxtx_cap: '1' },
        network: {
          label: 'private',
          subnets: [
            {
              ips: [
                {
                  address: '192.168.1.3',
                  version: 4,
                  type: 'fixed',
                  floating_ips: [{ address: '10.0.0.1' }],
                },
              ],
            },
            { ips: [{ address: 'fd00::3', version: 6, type: 'fixed' }] },
          ],
        },
      },
      { id: null, address: 'fa:16:3e:4c:2c:31', meta: {}, network: null },
    ]),
  };
  const asker = { requestId: 'req-1', caller: { userId: 'u', projectId: 'p' } };
  const { payload } = instanceLock({ kind: 'unlock' }, withPorts, asker);
  const addresses = payload['nova_object.data']['ip_addresses'] as object[];
  expect(addresses).toEqual(
    [
      ['192.168.1.3', 4],
      ['fd00::3', 6],
    ].map(([address, version]) => ({
      'nova_object.name': 'IpPayload',
      'nova_object.namespace': 'nova',
      'nova_object.version': '1.0',
      'nova_object.data': {
        label: 'private',
        mac: 'fa:16:3e:4c:2c:30',
        meta: { rxtx_cap: '1' },
        port_uuid: 'ce531f90-199f-48c0-816c-13e38010b442',
        version,
        address,
        device_name: 'tapce531f90-19',
      },
    })),
  );
});
