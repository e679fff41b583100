import type { ServiceSettings, Setting } from '../settings.ts';
import type { NotificationSettings } from './notification-settings.ts';

/** What flags, environment and a Nova's configuration files say of compute; `database` is the API database. */
export type ComputeSettings = ServiceSettings & {
  /** `[database] connection`, from which templates in `cell_mappings` are filled in. It holds a password. */
  cellBase: Setting<string | null>;
  /** `[DEFAULT] transport_url`, likewise. */
  transportBase: Setting<string | null>;
  notifications: Notifications;
};

/** Where notifications go. Only a worker sends any, so that only it is refused for what is wrong with them. */
export type Notifications = {
  read: () => NotificationSettings;
  /** What is said of them, as the variables by which a worker is told the same; they may hold a password. */
  variables: () => Record<string, string | undefined>;
};
