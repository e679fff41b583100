import type { Server } from '../../rules/compute/server.ts';
import { fullHostname } from './hostname.ts';

/**
 * NOTE: nova/conf/api.py: `[api] config_drive_skip_versions` leaves out every older version unless it is changed. Both
 * folders have the same content.
 */
const FOLDERS = ['2009-04-04', 'latest'];

/**
 * Gives the files of a config drive that have the form of Amazon's metadata (nova/api/metadata/base.py,
 * InstanceMetadata.get_ec2_metadata). `userData` is decoded; null if the server has none.
 */
export function ec2Files(server: Server, userData: Buffer | null): Map<string, Buffer> {
  const metaData = Buffer.from(JSON.stringify(ec2MetaData(server)));
  return new Map(
    FOLDERS.flatMap((folder): [string, Buffer][] => [
      ...(userData ? [[`ec2/${folder}/user-data`, userData] as [string, Buffer]] : []),
      [`ec2/${folder}/meta-data.json`, metaData],
    ]),
  );
}

const ec2MetaData = (server: Server): object => ({
  'ami-id': server.imageRef ? imageId('ami', server.imageRef) : null,
  'ami-launch-index': server.launchIndex,
  'ami-manifest-path': 'FIXME',
  'instance-id': `i-${server.id.toString(16).padStart(8, '0')}`,
  hostname: fullHostname(server),
  'local-ipv4': null,
  'reservation-id': server.reservationId,
  'security-groups': [],
  ...publicKeys(server),
  'local-hostname': fullHostname(server),
  'public-hostname': fullHostname(server),
  'public-ipv4': '',
  'instance-type': server.flavor?.name ?? null,
  'block-device-mapping': blockDevices(server.rootDeviceName),
  ...(server.kernelId && { 'kernel-id': imageId('aki', server.kernelId) }),
  ...(server.ramdiskId && { 'ramdisk-id': imageId('ari', server.ramdiskId) }),
  placement: { 'availability-zone': server.availabilityZone },
  'instance-action': 'none',
});

/**
 * Amazon's ids have 32 bits. Nova numbers servers and images in two tables of their own for them (nova/objects/ec2.py),
 * which nothing else needs: here a server has its row's number, and an image the beginning of its uuid.
 */
const imageId = (kind: string, uuid: string): string => `${kind}-${uuid.slice(0, 8)}`;

function publicKeys({ keyName, keyPairs: [pair] }: Server): object {
  if (!keyName || !pair) return {};
  return { 'public-keys': { '0': { _name: `0=${keyName}`, 'openssh-key': pair.publicKey } } };
}

/** NOTE: nova/block_device.py, instance_block_mapping: a server that names no root device has the names of the default. */
const blockDevices = (root: string | null): object =>
  root === null
    ? { ami: 'sda1', ephemeral0: 'sda2', root: '/dev/sda1', swap: 'sda3' }
    : { ami: root.replace(/^\/dev\//, ''), root };
