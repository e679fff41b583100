import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { encodedUserData, MOST_USER_DATA } from '../../rules/compute/boot.ts';
import { UsageError } from '../../rules/errors.ts';

/** Reads user data from a file, a pipe or a device, and gives it as base64; throws a UsageError for what can't be used. */
export async function readUserData(file: string): Promise<string> {
  const data = await buffer(createReadStream(file, { end: MOST_USER_DATA })).catch((error: Error) => {
    throw new UsageError(`The user data ${file} can't be read: ${error.message}.`, 'Name a readable file.');
  });
  if (data.length === 0)
    throw new UsageError(
      `The user data ${file} is empty.`,
      'Put something into it, or leave --user-data out.',
    );
  return encodedUserData(data);
}
