/**
 * Gives the name by which a hypervisor knows a server, from its row's number: `instance-0000002a`. NOTE: Nova makes it by
 * `instance_name_template` of nova.conf (`nova/conf/compute.py`), of which this is the default. A server that has no row
 * yet has no name.
 */
export const instanceName = (id: number): string =>
  id === 0 ? '' : `instance-${id.toString(16).padStart(8, '0')}`;
