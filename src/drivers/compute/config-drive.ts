import type { Server } from '../../rules/compute/server.ts';
import { ec2Files } from './config-drive-ec2.ts';
import { fullHostname } from './hostname.ts';

/**
 * What vendor_data.json and vendor_data2.json are made of: the deployment's own data, and the answers of its dynamic
 * targets by their names. Any JSON may stand in both.
 */
export type VendorData = { static: unknown; dynamic: Record<string, unknown> };

/** What a Nova that is configured with no vendor data gives its guests. */
export const NO_VENDOR_DATA: VendorData = { static: {}, dynamic: {} };

/**
 * NOTE: nova/api/metadata/base.py, OPENSTACK_VERSIONS. A guest reads the newest that it knows, so each version has only
 * what it had when it was made.
 */
const FOLSOM = '2012-08-10';
const GRIZZLY = '2013-04-04';
const HAVANA = '2013-10-17';
const LIBERTY = '2015-10-15';
const NEWTON_ONE = '2016-06-30';
const NEWTON_TWO = '2016-10-06';
const OCATA = '2017-02-22';
const ROCKY = '2018-08-27';
const VICTORIA = '2020-10-14';
const EPOXY = '2025-04-04';
const VERSIONS = [FOLSOM, GRIZZLY, HAVANA, LIBERTY, NEWTON_ONE, NEWTON_TWO, OCATA, ROCKY, VICTORIA, EPOXY];

/**
 * Gives the files of a server's config drive by their paths, as Nova 34 writes them for a server without networks,
 * volumes and tagged devices, which hosts of keyward's do not have. `randomSeed` is called for each meta_data.json, and
 * gives base64. An admin's password is never among the files: keyward sets none.
 *
 * NOTE: nova/api/metadata/base.py, InstanceMetadata.metadata_for_config_drive.
 */
export function configDriveFiles(
  server: Server,
  vendorData: VendorData,
  randomSeed: () => string,
): Map<string, Buffer> {
  const userData = server.userData === null ? null : Buffer.from(server.userData, 'base64');
  const files = ec2Files(server, userData);
  for (const folder of [...VERSIONS, 'latest']) {
    const version = folder === 'latest' ? EPOXY : folder;
    const add = (name: string, content: Buffer): void =>
      void files.set(`openstack/${folder}/${name}`, content);
    add('meta_data.json', json(metaData(server, version, randomSeed)));
    if (userData) add('user_data', userData);
    if (version >= HAVANA) add('vendor_data.json', json(vendorData.static));
    if (version >= LIBERTY) add('network_data.json', json({}));
    if (version >= NEWTON_TWO) add('vendor_data2.json', json(vendorData2(vendorData)));
  }
  return files;
}

/** NOTE: nova/api/metadata/base.py, InstanceMetadata._metadata_as_json. */
const metaData = (server: Server, version: string, randomSeed: () => string): object => ({
  uuid: server.uuid,
  ...(Object.keys(server.metadata).length > 0 && { meta: server.metadata }),
  ...keysOf(server),
  hostname: fullHostname(server),
  name: server.displayName,
  launch_index: server.launchIndex,
  availability_zone: server.availabilityZone,
  ...(version >= GRIZZLY && { random_seed: randomSeed() }),
  ...(version >= LIBERTY && { project_id: server.projectId }),
  ...(version >= NEWTON_ONE && { devices: [] }),
  ...(version >= VICTORIA && { dedicated_cpus: [] }),
});

/** The server's key name only says that there is a key: name and key are those of the pair that the server keeps. */
function keysOf({ keyName, keyPairs: [pair] }: Server): object {
  if (!keyName || !pair) return {};
  return {
    public_keys: { [pair.name]: pair.publicKey },
    keys: [{ name: pair.name, type: pair.type, data: pair.publicKey }],
  };
}

/** A dynamic target that is named `static` loses to the deployment's own data, as in Nova. */
const vendorData2 = ({ static: own, dynamic }: VendorData): object => ({ ...dynamic, static: own });

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
