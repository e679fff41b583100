import { UsageError } from '../errors.ts';

/**
 * The OpenStack user and project as which something is asked, by their ids. It is what the command states, not a proof.
 * Both are null for an admin of no project, which a command acts as where nobody is stated.
 */
export type Caller = { userId: string | null; projectId: string | null };

export const NOBODY: Caller = { userId: null, projectId: null };

/** A domain as a command states it; null where it says nothing of one. */
export type StatedDomain = { id: string } | { name: string } | null;
/** A user or a project as a command states it: by its id, or by its name in a domain. */
export type Stated = { id: string } | { name: string; domain: StatedDomain };
/** Who acts, as a command states it; null for what it says nothing of. */
export type StatedCaller = { user: Stated | null; project: Stated | null };

/** What a command must know of who acts. Whatever is stated besides is taken too. */
export type CallerNeeds = 'user' | 'user and project' | 'nothing';

/** Keystone's ids have at most 64 characters (`keystone/identity/backends/sql_model.py`, `resource/backends/sql_model.py`). */
const ID = /^[^\s\p{Cc}]{1,64}$/u;

/** Refuses what can't be the id of a user, project or domain; `flag` is what named it. */
export function assertId(id: string, flag: string): void {
  if (ID.test(id)) return;
  throw new UsageError(
    `${flag} is no ID: one has 1 to 64 characters, and no spaces among them.`,
    'Correct it; a name has a flag or a variable of its own.',
  );
}

/** Tells what of its needs a command has not been told. */
export function missingFrom({ userId, projectId }: Caller, needs: CallerNeeds): ('user' | 'project')[] {
  const missing: ('user' | 'project')[] = [];
  if (needs !== 'nothing' && userId === null) missing.push('user');
  if (needs === 'user and project' && projectId === null) missing.push('project');
  return missing;
}
