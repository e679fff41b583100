import { exceptionIn } from '../../../src/rules/compute/notifications/exception-payload.ts';
import {
  instanceCreate,
  instanceCreateError,
} from '../../../src/rules/compute/notifications/instance-create.ts';
import { instanceDelete } from '../../../src/rules/compute/notifications/instance-delete.ts';
import { instanceTagsUpdate } from '../../../src/rules/compute/notifications/instance-update.ts';
import { initiatorOf, recorded, serverOf } from './recorded.ts';

const { payload } = recorded('instance.create.end-2');
const server = serverOf(payload);
const phases = ['start', 'end'] as const;

export const by = initiatorOf(payload);
export const AT = Date.parse('2026-11-21T00:33:11Z') * 1000 + 123_456;

/** One of each event that keyward sends. */
export const everyEvent = [
  ...phases.map((phase) => instanceCreate(phase, server, by)),
  instanceCreateError(exceptionIn('spawn', new Error('No room.')), server, by),
  instanceTagsUpdate({ ...server, tags: ['t1'] }, by, AT),
  ...phases.map((phase) => instanceDelete(phase, server, by)),
];
