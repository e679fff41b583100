import { closestNames, didYouMean } from '../closest.ts';
import { RuleError, UsageError } from '../errors.ts';
import { lengthOf, shortened } from '../text-length.ts';
import type { DiskFormat } from './image-format.ts';

/**
 * An image, in the words of Glance's API: `checksum` is the MD5 of its data, `size` counts bytes, `min_disk` is in GB,
 * `min_ram` in MB, and times are ISO 8601 in UTC. It has no owner, since nobody logs in.
 */
export type Image = {
  id: string;
  name: string;
  status: 'active';
  checksum: string;
  disk_format: DiskFormat;
  container_format: 'bare';
  size: number;
  min_disk: number;
  min_ram: number;
  owner: null;
  properties: Record<string, string>;
  created_at: string;
  updated_at: string;
};

/** An image that is asked for; a format that is null is guessed from the data. */
export type NewImage = Pick<Image, 'name' | 'min_disk' | 'min_ram' | 'properties'> & {
  disk_format: DiskFormat | null;
};

const LONGEST_TEXT = 255;

/** Refuses what Glance would not take, or nobody could name. NOTE: glance/api/v2/images.py. */
export function assertImage({ name, properties }: NewImage): void {
  if (name.trim() === '' || lengthOf(name) > LONGEST_TEXT || /\p{Cc}/u.test(name))
    throw new UsageError(
      `'${shortened(name, 40)}' can't be the name of an image.`,
      `It has 1 to ${LONGEST_TEXT} characters, none of them a control character.`,
    );
  const long = Object.keys(properties).find((key) => lengthOf(key) > LONGEST_TEXT);
  if (long !== undefined)
    throw new UsageError(
      `The property '${long.slice(0, 40)}…' is too long.`,
      `Its key has at most ${LONGEST_TEXT} characters.`,
    );
}

/** Finds an image by its ID, else by its name, which several may have; then only the ID will do. */
export function findImage(images: Image[], nameOrId: string): Image {
  const byId = images.find(({ id }) => id === nameOrId.toLowerCase());
  if (byId) return byId;
  const found = images.filter(({ name }) => name === nameOrId);
  if (found.length === 1) return found[0]!;
  // NOTE: openstacksdk says both in these words.
  if (found.length > 1)
    throw new RuleError('ImageAmbiguous', `More than one Image exists with the name '${nameOrId}'.`, {
      cure: `Name one by its ID: ${found.map(described).join(' or ')}.`,
    });
  const names = images.map(({ name }) => name);
  throw new RuleError('ImageNotFound', `No Image found for ${nameOrId}.`, {
    cure: `${didYouMean(closestNames(nameOrId, [...new Set(names)]))}\`keyward image list\` shows the images of this host.`,
  });
}

const described = ({ id, created_at, size }: Image): string => `${id} (of ${created_at}, ${size} bytes)`;
