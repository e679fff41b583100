/** What was asked of a server. Times are ISO 8601 in UTC with microseconds, and no zone at their end, as in Nova's API. */
export type ServerAction = {
  id: number;
  action: string | null;
  instanceUuid: string;
  requestId: string | null;
  userId: string | null;
  projectId: string | null;
  createdAt: string | null;
  startTime: string | null;
  updatedAt: string | null;
  message: string | null;
};

/** A step of an action; `result` is null while it runs. */
export type ActionEvent = {
  event: string | null;
  startTime: string | null;
  finishTime: string | null;
  result: string | null;
  traceback: string | null;
  host: string | null;
  details: string | null;
};

/** An action with its steps, the newest first, each with the id of its host that Nova's API shows to projects. */
export type ActionView = ServerAction & { events: (ActionEvent & { hostId: string })[] };
