import type { Server } from '../../rules/compute/server.ts';

/** NOTE: nova/conf/api.py, the default of `[api] dhcp_domain`. */
const DHCP_DOMAIN = 'novalocal';

/** Gives the name that a guest takes for its own (nova/api/metadata/base.py, InstanceMetadata._get_hostname). */
export const fullHostname = ({ hostname, uuid }: Server): string => `${hostname ?? uuid}.${DHCP_DOMAIN}`;
