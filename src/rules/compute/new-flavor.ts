import { UsageError } from '../errors.ts';
import { lengthOf, shortened } from '../text-length.ts';

/**
 * A flavor that is asked for. Sizes are in MiB (memory, swap) and GiB (disks). Without a `flavorid` it gets a uuid;
 * `projectId` is a project that may use it where it is not public.
 */
export type NewFlavor = {
  flavorid: string | null;
  name: string;
  memoryMb: number;
  vcpus: number;
  rootGb: number;
  ephemeralGb: number;
  swap: number;
  rxtxFactor: number;
  isPublic: boolean;
  projectId: string | null;
  description: string | null;
  extraSpecs: Record<string, string>;
};

/** The bounds of Nova's numbers: its integers, and the greatest of its floats (`nova/db/constants.py`). */
export const MAX_INTEGER = 0x7f_ff_ff_ff;
const MAX_FLOAT = 3.402_82e38;

const LONGEST_TEXT = 255;
const LONGEST_DESCRIPTION = 65_535;
const ID = /^(?! )[a-zA-Z0-9. _-]+(?<! )$/;
const PROPERTY = /^[a-zA-Z0-9\-_:. ]{1,255}$/;
/** What Nova lets no name or description hold: control characters, and blanks that end a line. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * Checks a request as Nova's API does, and throws a UsageError. Whole numbers are in their bounds already: the flags see
 * to that. NOTE: nova/api/openstack/compute/schemas/flavors.py and flavors_extraspecs.py.
 */
export function assertFlavor(flavor: NewFlavor): void {
  const { name, flavorid, description, rxtxFactor, isPublic, projectId } = flavor;
  assertName(name);
  if (flavorid !== null && (lengthOf(flavorid) > LONGEST_TEXT || !ID.test(flavorid)))
    throw new UsageError(
      `'${shown(flavorid)}' can't be the ID of a flavor.`,
      `It has 1 to ${LONGEST_TEXT} letters, digits, dots, dashes, underscores and blanks, and no blank at its ends.`,
    );
  if (!(rxtxFactor > 0 && rxtxFactor <= MAX_FLOAT))
    throw new UsageError(
      `--rxtx-factor ${rxtxFactor} is out of bounds.`,
      `It is above 0, and at most ${MAX_FLOAT}.`,
    );
  if (description !== null && (lengthOf(description) > LONGEST_DESCRIPTION || UNPRINTABLE.test(description)))
    throw new UsageError(
      'The description is too long, or holds what can not be printed.',
      `It has at most ${LONGEST_DESCRIPTION} characters, in one line.`,
    );
  // NOTE: openstackclient/compute/v2/flavor.py says it in these words.
  if (projectId !== null && isPublic)
    throw new UsageError(
      '--project is only allowed with --private.',
      'Add --private, or leave --project out.',
    );
  Object.entries(flavor.extraSpecs).forEach(assertProperty);
}

function assertName(name: string): void {
  if (name !== '' && name === name.trim() && lengthOf(name) <= LONGEST_TEXT && !UNPRINTABLE.test(name))
    return;
  throw new UsageError(
    `'${shown(name)}' can't be the name of a flavor.`,
    `It has 1 to ${LONGEST_TEXT} printable characters, and no blank at its ends.`,
  );
}

function assertProperty([key, value]: [string, string]): void {
  if (!PROPERTY.test(key))
    throw new UsageError(
      `'${shown(key)}' can't be the key of a flavor's property.`,
      'It has 1 to 255 letters, digits, dashes, underscores, colons, dots and blanks.',
    );
  if (lengthOf(value) > LONGEST_TEXT || value.includes('\0'))
    throw new UsageError(
      `The value of the property '${key}' is too long, or holds a NUL character.`,
      `It has at most ${LONGEST_TEXT} characters.`,
    );
}

const shown = (text: string): string => shortened(text, 40);
