import type { NotifyOn } from './notifications/instance-update.ts';

/**
 * Where notifications go: `log` is a file of the home; `messaging` and `messagingv2` are a message broker, by
 * oslo.messaging's format without and with an envelope.
 */
export const notificationDrivers = ['log', 'messaging', 'messagingv2'] as const;
export type NotificationDriver = (typeof notificationDrivers)[number];

/** One of the hosts of a message broker. The password is secret. */
export type BrokerHost = { hostname: string; port: number; username: string; password: string };

/** The files of TLS, as absolute paths; without an authority, those that this host trusts. */
export type BrokerTls = { caFile: string | null; certFile: string | null; keyFile: string | null };

/** A RabbitMQ, and how the exchange and the queues of notifications are declared there. */
export type Broker = {
  /** Says in the operator's words where the URL came from. */
  origin: string;
  /** These are tried in turn. */
  hosts: BrokerHost[];
  virtualHost: string;
  tls: BrokerTls | null;
  exchange: string;
  isDurable: boolean;
  isAutoDelete: boolean;
  queueArguments: Record<string, string | number>;
};

export type NotificationSettings = {
  /** None of them means that nothing is sent. */
  drivers: NotificationDriver[];
  /** Each notification goes to each of them. */
  topics: string[];
  /** It is null where no driver needs it. */
  broker: Broker | null;
  notifyOn: NotifyOn;
};
