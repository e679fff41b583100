/**
 * The OpenStack user and project as which something is asked, by their ids. It is what the command states, not a proof.
 * Both are null for an admin of no project, which a command acts as where nobody is stated.
 */
export type Caller = { userId: string | null; projectId: string | null };

export const NOBODY: Caller = { userId: null, projectId: null };
