import { randomInt, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { assertEnabled, assertFits, type GivenServer } from '../rules/compute/boot.ts';
import { hostnameOf } from '../rules/compute/hostname.ts';
import type { Image } from '../rules/compute/image.ts';
import type { BootImage, NewServer } from '../rules/compute/new-server.ts';
import type { Engine } from './engine.ts';
import { isInHome } from './service.ts';

/** Looks up everything that a new server is made of, for that user; what is not there, or does not fit, is refused. */
export async function newServer(engine: Engine, given: GivenServer, userId: string): Promise<NewServer> {
  const { compute } = engine;
  const services = await compute.services();
  const uuid = randomUUID();
  const { flavor } = await services.flavors.show(given.flavor);
  assertEnabled(flavor);
  const image = bootImageOf(await compute.images.find(given.image));
  assertFits(flavor, image);
  const keyPair =
    given.keyName === null ? null : await services.keyPairs.show({ userId, name: given.keyName });
  // Alone there is this host, whose worker the command itself starts.
  const isOwnHost = isInHome(compute) && given.host === null;
  const { host, cell } = isOwnHost
    ? await services.hosts.own(hostname())
    : await services.hosts.choose(given.host);
  return {
    uuid,
    name: given.name,
    description: given.description,
    hostname: given.hostname ?? hostnameOf(given.name, uuid),
    flavor,
    image,
    keyPair,
    metadata: given.properties,
    tags: [...new Set(given.tags)],
    // Nothing else tells a guest on a host of keyward's what it is.
    hasConfigDrive: true,
    hasUserData: given.hasUserData,
    reservationId: newReservationId(),
    host,
    cell,
  };
}

const bootImageOf = (image: Image): BootImage => ({
  id: image.id,
  name: image.name,
  checksum: image.checksum,
  sizeBytes: image.size,
  diskFormat: image.disk_format,
  containerFormat: image.container_format,
  minDisk: image.min_disk,
  minRam: image.min_ram,
  properties: image.properties,
});

/** NOTE: nova/utils.py, generate_uid. */
function newReservationId(): string {
  const letters = '0123456789abcdefghijklmnopqrstuvwxyz';
  return `r-${Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')}`;
}
