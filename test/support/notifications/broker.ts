import type { Broker } from '../../../src/rules/compute/notification-settings.ts';

/** No error may hold it. */
export const PASSWORD = 'canary';

/** Makes a broker of hosts that are given by their ports. */
export const brokerAt = (ports: number[], given: Partial<Broker> = {}): Broker => ({
  origin: 'nova.conf [DEFAULT] transport_url',
  hosts: ports.map((port) => ({ hostname: '127.0.0.1', port, username: 'guest', password: PASSWORD })),
  virtualHost: '/',
  tls: null,
  exchange: 'nova',
  isDurable: false,
  isAutoDelete: false,
  queueArguments: {},
  ...given,
});
