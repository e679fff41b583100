import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { NovaOnHome } from './nova-on-home.ts';

/** A notification as the `log` driver writes it. */
export type Notified = {
  message_id: string;
  publisher_id: string;
  event_type: string;
  priority: string;
  payload: { 'nova_object.data': Record<string, unknown> };
  timestamp: string;
};

/** Such a line of Nova's log has the message behind the name of a logger and whose request it is. */
const LOGGED = / oslo\.messaging\.notification\.instance\.(?:lock|unlock) \[[^\]]*\] (?<message>\{.*\})$/;

/** What Nova has told of a server's locks, oldest first. */
export const notifiedByNova = (on: NovaOnHome, id: string): Notified[] =>
  notifiedOf(
    id,
    linesOf(path.join(path.dirname(on.nova.config), 'nova.log')).flatMap(
      (line) => LOGGED.exec(line)?.groups?.['message'] ?? [],
    ),
  );

/** What keyward has told of them. */
export const notifiedByKeyward = (on: NovaOnHome, id: string): Notified[] =>
  notifiedOf(id, linesOf(path.join(on.home.dir, 'log/notifications.log')));

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

const notifiedOf = (id: string, lines: string[]): Notified[] =>
  lines
    .map((line) => JSON.parse(line) as Notified)
    .filter(({ event_type: event }) => /^instance\.(lock|unlock)$/.test(event))
    .filter(({ payload }) => payload['nova_object.data']['uuid'] === id);
