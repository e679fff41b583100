import { RuleError, UsageError } from '../errors.ts';
import { lengthOf, shortened } from '../text-length.ts';
import type { Flavor } from './flavor.ts';
import type { BootImage } from './new-server.ts';

/** `instances.user_data` takes so many characters of base64 (`nova/api/openstack/compute/schemas/servers.py`). */
const LONGEST_USER_DATA = 65_535;
/** What is longer than these bytes has no room for certain, and need not be read any further. */
export const MOST_USER_DATA = LONGEST_USER_DATA;
const LONGEST_TEXT = 255;
const LONGEST_TAG = 60;
const MOST_TAGS = 50;
const GIB = 1024 ** 3;

/** What an operator says of a new server; flavor, image and key pair are names or ids. */
export type GivenServer = {
  name: string;
  flavor: string;
  image: string;
  keyName: string | null;
  description: string | null;
  hostname: string | null;
  properties: Record<string, string>;
  tags: string[];
  host: string | null;
  hasUserData: boolean;
};

/** Refuses what can't be a server, before anything is looked up. */
export function assertNewServer({ name, description, hostname, properties, tags }: GivenServer): void {
  assertServerName(name);
  if (description !== null) assertDescription(description);
  if (hostname !== null) assertHostname(hostname);
  assertLabels(properties, tags);
}

/** Refuses a name that Nova's API would refuse. */
export function assertServerName(name: string): void {
  if (name.trim() === name && name !== '' && lengthOf(name) <= LONGEST_TEXT && !/\p{Cc}/u.test(name)) return;
  throw new UsageError(
    `'${shortened(name, 40)}' can't be the name of a server.`,
    `It has 1 to ${LONGEST_TEXT} characters, no blanks at its ends, and no control characters.`,
  );
}

/** Refuses a description for which Nova has no room. */
export function assertDescription(description: string): void {
  if (lengthOf(description) <= LONGEST_TEXT) return;
  throw new UsageError('The description is too long.', `It has at most ${LONGEST_TEXT} characters.`);
}

/** NOTE: nova/api/validation/parameter_types.py, hostname. */
function assertHostname(hostname: string): void {
  if (/^[a-zA-Z0-9-]{2,63}$/.test(hostname)) return;
  throw new UsageError(
    `'${hostname.slice(0, 70)}' can't be a host name.`,
    'It has 2 to 63 letters, digits and hyphens.',
  );
}

/** Refuses properties and tags for which Nova has no room. NOTE: nova/compute/api.py, _check_metadata_properties_quota. */
export function assertLabels(properties: Record<string, string>, tags: string[]): void {
  const long = Object.entries(properties).find((pair) => pair.some((text) => lengthOf(text) > LONGEST_TEXT));
  if (long)
    throw new UsageError(
      `The property '${long[0].slice(0, 40)}' is too long.`,
      `Key and value have at most ${LONGEST_TEXT} characters each.`,
    );
  const bad = tags.find((tag) => tag === '' || lengthOf(tag) > LONGEST_TAG || /[,/]/.test(tag));
  if (bad !== undefined)
    throw new UsageError(
      `'${bad.slice(0, 70)}' can't be a tag.`,
      `It has 1 to ${LONGEST_TAG} characters, no commas and no slashes.`,
    );
  assertTagCount(tags.length);
}

/** Refuses more tags than Nova lets a server have (`nova/objects/instance.py`, MAX_TAG_COUNT). */
export function assertTagCount(count: number): void {
  if (count > MOST_TAGS)
    throw new UsageError(
      `A server has at most ${MOST_TAGS} tags, and this would be ${count}.`,
      'Leave some out.',
    );
}

/** Writes user data as Nova stores it, and refuses more than there is room for. */
export function encodedUserData(data: { toString(encoding: 'base64'): string }): string {
  const text = data.toString('base64');
  if (text.length <= LONGEST_USER_DATA) return text;
  throw new UsageError(
    `The user data is too long: in base64 it has more than ${LONGEST_USER_DATA} characters, for which alone there is room.`,
    'Shorten it, or let it fetch the rest.',
  );
}

/** Refuses a flavor that is not for new servers. */
export function assertEnabled({ name, isDisabled }: Flavor): void {
  if (!isDisabled) return;
  throw new RuleError('FlavorDisabled', `The flavor ${name} is disabled.`, {
    cure: 'Choose another one: `keyward flavor list`.',
    outcome: 'unchanged',
  });
}

/** Refuses an image that the flavor has no room for. NOTE: nova/compute/api.py, _validate_flavor_image_nostatus. */
export function assertFits({ memoryMb, rootGb, name }: Flavor, image: BootImage): void {
  const problem = unfit({ memoryMb, disk: rootGb * GIB }, image);
  if (problem === null) return;
  throw new RuleError('FlavorTooSmall', problem, {
    cure: `Choose another flavor than ${name} (\`keyward flavor list\`), or another image than ${image.name}.`,
    outcome: 'unchanged',
  });
}

/** A disk of 0 has the size of the image. The texts are Nova's. */
function unfit({ memoryMb, disk }: { memoryMb: number; disk: number }, image: BootImage): string | null {
  if (memoryMb < image.minRam) return "Flavor's memory is too small for requested image.";
  if (disk === 0) return null;
  const leastDisk = image.minDisk * GIB;
  if (image.sizeBytes > disk)
    return `Flavor's disk is too small for requested image. Flavor disk is ${disk} bytes, image is ${image.sizeBytes} bytes.`;
  if (leastDisk > disk)
    return `Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is ${disk} bytes, minimum size is ${leastDisk} bytes.`;
  return null;
}
