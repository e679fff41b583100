import type { Facts } from './judge.ts';
import {
  type ActionRow,
  type EventRow,
  type Dump,
  named,
  nameOfCaller,
  numberOf,
  recordings,
  requestIdOf,
  type RowChange,
} from './recordings.ts';

type Value = string | boolean | null;
/** What one request changed, before and after. One that is told of by no action has neither a kind nor an id. */
export type NovaChange = {
  kind: string | null;
  requestId: string | null;
  caller: { userId: string; projectId: string } | null;
  columns: Record<string, [Value, Value]>;
};

/** The columns that locks and names are in. */
const COLUMNS = ['locked', 'locked_by', 'display_name'];
/** What keyward does too: Nova's other actions are not looked at. */
const KINDS = ['create', 'lock', 'unlock'];
/** The trigger that recorded changes of rows has cut texts to so many characters. */
const CUT = 120;
const cutText = (value: Value): Value =>
  typeof value === 'string' ? [...value].slice(0, CUT).join('') : value;
export const cut = ([before, after]: [Value, Value]): [Value, Value] => [cutText(before), cutText(after)];

/** Puts together what each request did to locks and names, in the order of the requests. */
export function novaChanges(rows: RowChange[]): NovaChange[] {
  const all: NovaChange[] = [];
  let open: NovaChange | null = null;
  for (const { table, op, changes } of rows) {
    if (table === 'instance_actions' && op === 'INSERT') all.push((open = begun(changes)));
    else if (table === 'instance_actions_events' && changes['result']) open = null;
    else if (op !== 'INSERT' || table === 'instance_system_metadata') {
      const columns = columnsOf(table, changes);
      if (Object.keys(columns).length === 0) continue;
      if (open) Object.assign(open.columns, columns);
      else all.push({ kind: null, requestId: null, caller: null, columns });
    }
  }
  return all.filter(({ kind }) => kind === null || kind === 'lock' || kind === 'unlock');
}

const begun = (changes: RowChange['changes']): NovaChange => ({
  kind: changes['action']![1],
  requestId: changes['request_id']![1],
  caller: { userId: changes['user_id']![1]!, projectId: changes['project_id']![1]! },
  columns: {},
});

function columnsOf(table: string, changes: RowChange['changes']): NovaChange['columns'] {
  if (table === 'instance_system_metadata')
    return changes['key']?.includes('locked_reason') || (changes['value'] && !changes['key'])
      ? { locked_reason: changes['value']! }
      : {};
  if (table !== 'instances') return {};
  return Object.fromEntries(
    Object.entries(changes)
      .filter(([name]) => COLUMNS.includes(name))
      .map(([name, [before, after]]) => [name, [typed(name, before), typed(name, after)]]),
  );
}

const typed = (name: string, value: string | null): Value =>
  name === 'locked' && value !== null ? value === 'true' : value;

const numbers = new Map([...recordings.values()].map((one) => [requestIdOf(one), numberOf(one.file)]));

type Noted = { actions: ActionRow[]; events: EventRow[] };
export const notedIn = (dump: Dump): Noted => ({
  actions: dump.instance_actions,
  events: dump.instance_actions_events,
});

/** Tells of each action, by the number of the recording that it is of, all that is noted but for times. */
export const factsOfActions = (noted: Noted): Facts =>
  Object.fromEntries(
    noted.actions
      .filter(({ action }) => KINDS.includes(action))
      .map((action) => [
        `action of ${numbers.get(action.request_id) ?? action.request_id}`,
        actionText(action, noted.events),
      ]),
  );

/** Tells of the action of a request; undefined where there is none. */
export function factOfAction({ actions, events }: Noted, requestId: string): string | undefined {
  const texts = actions.filter((one) => one.request_id === requestId).map((one) => actionText(one, events));
  return texts.length > 0 ? texts.join('; ') : undefined;
}

/** What is as it always is is left out: an action has no message and no end, and an event has an end and no details. */
function actionText(action: ActionRow, events: EventRow[]): string {
  const own = events.filter(({ action_id: id }) => id === action.id).map(eventText);
  return [
    `${action.action} by ${nameOfCaller({ userId: action.user_id, projectId: action.project_id })}`,
    ...(action.message === null ? [] : [`message ${action.message}`]),
    ...(action.finish_time === null ? [] : ['with an end']),
    ...own,
  ].join(', ');
}

const eventText = ({ event, result, host, finish_time: finished, traceback, details }: EventRow): string =>
  [
    `${event} ${result} on ${host}`,
    ...(finished === null ? ['without an end'] : []),
    ...(traceback === null ? [] : [`traceback ${traceback}`]),
    ...(details === null ? [] : [`details ${details}`]),
  ].join(', ');

/** Tells what a refusal says, without the full stop that Nova leaves out. */
export const factOfText = (text: string): string => named(text.replace(/\.$/, ''));
