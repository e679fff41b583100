import type { EntityManager } from '@mikro-orm/postgresql';
import type { Notification } from '../../rules/compute/notification.ts';

/** Keeps a notification that could not be sent; one that is kept already stays as it is. */
export async function keepNotification(em: EntityManager, notification: Notification): Promise<void> {
  await em.execute(
    `insert into keyward.notification (message_id, notification) values (?, ?::jsonb) on conflict do nothing`,
    [notification.messageId, JSON.stringify(notification)],
  );
}

/** Takes the oldest one that nobody else is sending, until the transaction ends; null where there is none. */
export async function takeNotification(em: EntityManager): Promise<Notification | null> {
  const [row] = await em.execute<{ notification: Notification }[]>(
    `delete from keyward.notification where message_id = (
       select message_id from keyward.notification order by recorded_at limit 1 for update skip locked)
     returning notification`,
  );
  return row?.notification ?? null;
}
