import { fixedIpsOf, interfacesIn } from '../addresses.ts';
import { novaObject, type NovaObject } from '../nova-object.ts';

/**
 * Tells a server's addresses, without floating ones, from what Nova keeps of its network (NOTE:
 * nova/notifications/objects/instance.py, IpPayload).
 */
export const ipPayloads = (networkInfo: string | null): NovaObject[] =>
  interfacesIn(networkInfo).flatMap((vif) =>
    fixedIpsOf(vif).map((ip) =>
      novaObject('IpPayload', '1.0', {
        label: vif.network?.label ?? null,
        mac: vif.address ?? null,
        meta: vif.meta ?? {},
        port_uuid: vif.id ?? null,
        version: ip.version ?? 4,
        address: ip.address ?? null,
        device_name: vif.devname ?? null,
      }),
    ),
  );
