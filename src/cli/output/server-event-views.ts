import type { ActionView, ServerAction } from '../../rules/compute/server-action.ts';
import { type Formatted, formattedDicts } from './formatted.ts';
import { ListOutput, RecordOutput } from './outputs.ts';

/** `Start Time` is ISO 8601 in UTC with microseconds, and no zone at its end. `Message` is Error where a step failed. */
export type ServerEventListRow = {
  'Request ID': string | null;
  'Server ID': string;
  Action: string | null;
  'Start Time': string | null;
  Message?: string | null;
  'Project ID'?: string | null;
  'User ID'?: string | null;
};

export const serverEventList = new ListOutput<ServerAction, ServerEventListRow>(
  {
    'Request ID': ({ requestId }) => requestId,
    'Server ID': ({ instanceUuid }) => instanceUuid,
    Action: ({ action }) => action,
    'Start Time': ({ startTime }) => startTime,
    Message: ({ message }) => message,
    'Project ID': ({ projectId }) => projectId,
    'User ID': ({ userId }) => userId,
  },
  ({ long }) => (long ? [] : ['Message', 'Project ID', 'User ID']),
);

/** A step of an action; `result` is Success, Error, or null while it runs. */
type EventRecord = {
  details: string | null;
  event: string | null;
  finish_time: string | null;
  host: string | null;
  host_id: string;
  result: string | null;
  start_time: string | null;
  traceback: string | null;
};

/** The fields of `openstack server event show` 10.5; `id` is the request's too. Steps stand with the newest first. */
export type ServerEventRecord = {
  action: string | null;
  events: Formatted<EventRecord[]>;
  id: string | null;
  message: string | null;
  project_id: string | null;
  request_id: string | null;
  start_time: string | null;
  user_id: string | null;
};

export const shownServerEvent = new RecordOutput<ServerEventRecord>([
  'action',
  'events',
  'id',
  'message',
  'project_id',
  'request_id',
  'start_time',
  'user_id',
]);

export const serverEventRecord = (action: ActionView): ServerEventRecord => ({
  action: action.action,
  events: formattedDicts(
    action.events.map((event) => ({
      details: event.details,
      event: event.event,
      finish_time: event.finishTime,
      host: event.host,
      host_id: event.hostId,
      result: event.result,
      start_time: event.startTime,
      traceback: event.traceback,
    })),
  ),
  id: action.requestId,
  message: action.message,
  project_id: action.projectId,
  request_id: action.requestId,
  start_time: action.startTime,
  user_id: action.userId,
});
