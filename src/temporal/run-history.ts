import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { OnRunEvent } from '../rules/run-event.ts';
import type { PatientCalls } from './patient-calls.ts';
import { millisecondsOf } from './protocol-time.ts';
import { revealPayloads } from './connection.ts';

/** Temporal limits a workflow task so where the history names no limit. */
const USUAL = { seconds: 10 };

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/**
 * Tells of a run from its history, by long polls that return as soon as there is something new, until it has ended.
 * Every poll is repeated on a Temporal that answers again, and what was told is not told twice.
 */
export async function followHistory(
  calls: PatientCalls,
  workflowId: string,
  seen: Seen,
  onEvent: OnRunEvent,
): Promise<void> {
  let nextPageToken: Uint8Array | undefined;
  do {
    const token = nextPageToken;
    const page = await calls.call('to answer', (client) => pageAfter(client, workflowId, token), {
      isLongPoll: true,
    });
    for (const event of page.events) {
      if (Number(event.eventId) > seen.lastEventId) tell(page.client, event, seen, onEvent);
    }
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
}

/** Returns once there is something to tell; the server ends the poll after 20 s all the same. */
async function pageAfter(client: Client, workflowId: string, nextPageToken: Uint8Array | undefined) {
  const page = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    waitNewEvent: true,
    ...(nextPageToken && { nextPageToken }),
  });
  return { client, events: page.history?.events ?? [], nextPageToken: page.nextPageToken };
}

/** What a follower has told so far: the last event's id, and the steps by the id of the event that scheduled each. */
export type Seen = { lastEventId: number; steps: Map<number, Step> };
type Step = { name: string; attempt: number; task: string };
export const nothingSeen = (): Seen => ({ lastEventId: 0, steps: new Map() });

function tell(client: Client, event: HistoryEvent, seen: Seen, onEvent: OnRunEvent): void {
  const id = Number(event.eventId);
  tellWorkflowTask(event, onEvent);
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    const name = nameStep(client, event, scheduled.activityType?.name ?? 'activity');
    const task = scheduled.activityId ?? '';
    seen.steps.set(id, { name, attempt: 1, task });
    onEvent({ kind: 'step-started', step: name });
    onEvent({
      kind: 'task-scheduled',
      task,
      queue: scheduled.taskQueue?.name ?? '',
      attemptMs: millisecondsOf(scheduled.startToCloseTimeout ?? USUAL),
    });
  }
  // This event is written only when the step has ended; failed attempts before it are no more than a count.
  const started = event.activityTaskStartedEventAttributes;
  if (started) stepOf(seen, started).attempt = started.attempt ?? 1;
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) onEvent({ kind: 'step-done', ...told(stepOf(seen, completed)) });
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  if (failed) onEvent({ kind: 'step-failed', ...told(stepOf(seen, failed)) });
  const over = completed ?? failed ?? event.activityTaskCanceledEventAttributes;
  if (over) onEvent({ kind: 'task-over', task: stepOf(seen, over).task });
  seen.lastEventId = id;
}

/** Tells of a workflow task; when one times out, the history has no event for the next one. */
function tellWorkflowTask(event: HistoryEvent, onEvent: OnRunEvent): void {
  const scheduled = event.workflowTaskScheduledEventAttributes;
  const task = 'workflow';
  if (scheduled || event.workflowTaskTimedOutEventAttributes)
    onEvent({
      kind: 'task-scheduled',
      task,
      queue: scheduled?.taskQueue?.normalName || scheduled?.taskQueue?.name || '',
      attemptMs: millisecondsOf(scheduled?.startToCloseTimeout ?? USUAL),
    });
  if (!event.workflowTaskStartedEventAttributes) return;
  onEvent({ kind: 'worker-took-it' });
  onEvent({ kind: 'task-over', task });
}

const stepOf = ({ steps }: Seen, { scheduledEventId }: { scheduledEventId?: unknown }): Step =>
  steps.get(Number(scheduledEventId)) ?? { name: 'activity', attempt: 1, task: '' };
const told = ({ name, attempt }: Step) => ({ step: name, attempt });

/**
 * Makes words of an activity's name: `applyBootstrap` → `apply bootstrap`; `runCheck` with the summary `x` → `run check
 * x`.
 */
function nameStep(client: Client, { userMetadata }: HistoryEvent, activity: string): string {
  const [summary] = revealPayloads(client, userMetadata?.summary ? [userMetadata.summary] : []);
  const words = activity.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return typeof summary !== 'string' ? words : `${words} ${summary}`;
}
