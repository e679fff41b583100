import { userInfo } from 'node:os';

/** Gives the name of the account that this process runs as; null for a uid without one, as containers have them. */
export function accountName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
