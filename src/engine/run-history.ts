import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { OnRunEvent } from '../rules/run-event.ts';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/**
 * Tells of a run from its history, by long polls that return as soon as there is something new, until it has ended.
 * A follower that lost its connection may start again with the same `seen`: what was told is not told twice.
 */
export async function followHistory(
  client: Client,
  workflowId: string,
  seen: Seen,
  onEvent: OnRunEvent,
): Promise<void> {
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId },
      waitNewEvent: true,
      ...(nextPageToken && { nextPageToken }),
    });
    for (const event of page.history?.events ?? []) tell(event, seen, onEvent);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
}

/** What a follower has told so far: the last event's id, and the names of scheduled steps. */
export type Seen = { lastEventId: number; steps: Map<number, string> };
export const nothingSeen = (): Seen => ({ lastEventId: 0, steps: new Map() });

function tell(event: HistoryEvent, seen: Seen, onEvent: OnRunEvent): void {
  const id = Number(event.eventId);
  if (id <= seen.lastEventId) return;
  seen.lastEventId = id;
  if (event.workflowTaskStartedEventAttributes) onEvent({ kind: 'worker-took-it' });
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    const step = words(scheduled.activityType?.name ?? 'activity');
    seen.steps.set(id, step);
    onEvent({ kind: 'step-started', step });
  }
  const step = (scheduledId: unknown) => seen.steps.get(Number(scheduledId)) ?? 'activity';
  const completed = event.activityTaskCompletedEventAttributes;
  if (completed) onEvent({ kind: 'step-done', step: step(completed.scheduledEventId) });
  const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
  if (failed)
    onEvent({
      kind: 'step-failed',
      step: step(failed.scheduledEventId),
      message: failed.failure?.message ?? '',
    });
}

/** `applyBootstrap` → `apply bootstrap`. */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
