import { parsed } from './stored-objects.ts';

/** One address of a server, as Nova's API gives it (`nova/api/openstack/views/ips.py`); `type` is fixed or floating. */
export type Address = { address: string; version: number; type: string; macAddress: string };

/** A server's addresses by the names of its networks. */
export type Addresses = Record<string, Address[]>;

type Ip = { address?: unknown; version?: unknown; type?: unknown; floating_ips?: Ip[] };
/** An interface of a server, and its addresses without floating ones. */
export type Vif = {
  id?: unknown;
  address?: unknown;
  devname?: unknown;
  meta?: unknown;
  network?: { label?: unknown; subnets?: { ips?: Ip[] }[] };
};

/**
 * Reads `instance_info_caches.network_info`, where Nova keeps what Neutron told it: a list of interfaces, each with its
 * network, its subnets and their addresses. Nothing is known of a server's addresses where the text can't be read.
 * NOTE: nova/network/model.py.
 */
export function addressesIn(text: string | null): Addresses {
  const byNetwork = Map.groupBy(interfacesIn(text), ({ network }) => String(network?.label ?? ''));
  return Object.fromEntries([...byNetwork].map(([label, vifs]) => [label, vifs.flatMap(addressesOf)]));
}

/** Gives the addresses of an interface; Nova has floating ones after the others. */
function addressesOf(vif: Vif): Address[] {
  const ips = fixedIpsOf(vif);
  const floating = ips.flatMap((ip) => ip.floating_ips ?? []);
  return [...ips, ...floating].map((ip) => addressOf(ip, vif));
}

export const fixedIpsOf = (vif: Vif): Ip[] =>
  (vif.network?.subnets ?? []).flatMap((subnet) => subnet.ips ?? []);

/** Reads the interfaces themselves. */
export function interfacesIn(text: string | null): Vif[] {
  const interfaces = parsed(text);
  return Array.isArray(interfaces) ? interfaces : [];
}

const addressOf = ({ address, version, type }: Ip, vif: Vif): Address => ({
  address: String(address ?? ''),
  version: Number(version ?? 4),
  type: String(type ?? ''),
  macAddress: String(vif.address ?? ''),
});
