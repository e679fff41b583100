import { defineEntity, p } from '@mikro-orm/core';
import { instant } from '../row-times.ts';
import { softDeletable } from './soft-delete.ts';

/** An error that a server met; Nova's API shows the newest one. */
export const InstanceFault = defineEntity({
  name: 'InstanceFault',
  tableName: 'instance_faults',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    instanceUuid: p.string().nullable(),
    code: p.integer(),
    message: p.string().nullable(),
    details: p.text().nullable(),
    host: p.string().nullable(),
  },
});

/** What was asked of a server. `finishTime` says nothing: Nova leaves it null for many actions that succeeded. */
export const InstanceAction = defineEntity({
  name: 'InstanceAction',
  tableName: 'instance_actions',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    action: p.string().nullable(),
    instanceUuid: p.string().nullable(),
    requestId: p.string().nullable(),
    userId: p.string().nullable(),
    projectId: p.string().nullable(),
    startTime: instant(),
    finishTime: instant(),
    message: p.string().nullable(),
  },
});

/** One step of an action; `result` is null while it runs. */
export const InstanceActionEvent = defineEntity({
  name: 'InstanceActionEvent',
  tableName: 'instance_actions_events',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    event: p.string().nullable(),
    actionId: p.integer().nullable(),
    startTime: instant(),
    finishTime: instant(),
    result: p.string().nullable(),
    traceback: p.text().nullable(),
    host: p.string().nullable(),
    details: p.text().nullable(),
  },
});
