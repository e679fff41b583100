/** These services of OpenStack keyward works for; each has databases, settings, a target and workers of its own. */
export const serviceNames = ['identity', 'compute'] as const;
export type ServiceName = (typeof serviceNames)[number];
