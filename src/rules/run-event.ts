/**
 * What a follower tells of a run, in the order of its history. `step` is an activity's name, with its summary if it has
 * one; `attempt` is the one that ended it, from 1. `task` is an activity's id, or 'workflow' for a task of the workflow
 * itself, which is over when a worker has taken it: steps tell the rest. The server gives up an attempt at a task after
 * `attemptMs`. 'waiting' is no part of the history: `what` completes "waiting for ...", whether or not there is a run.
 */
export type RunEvent =
  | { kind: 'run-started'; workflowId: string }
  | { kind: 'worker-took-it' }
  | { kind: 'waiting'; what: string }
  | { kind: 'task-scheduled'; task: string; queue: string; attemptMs: number }
  | { kind: 'task-over'; task: string }
  | { kind: 'step-started'; step: string }
  | { kind: 'step-done' | 'step-failed'; step: string; attempt: number };

export type OnRunEvent = (event: RunEvent) => void;

/** What `workflow list` and `workflow show` tell of a run; times are ISO 8601 in UTC. */
export type RunSummary = {
  id: string;
  type: string;
  status: string;
  started: string;
  closed: string | null;
};
