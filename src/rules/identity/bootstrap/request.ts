import type { Requester } from '../../requester.ts';
import type { PasswordHashing } from '../password.ts';
import type { RunInput } from '../../run-request.ts';
import { runId } from '../../target.ts';

/**
 * What default roles should be: `default` makes new ones immutable and leaves existing ones alone, `immutable` also
 * makes existing ones immutable, `mutable` makes new ones mutable and changes no existing one.
 */
export type RoleImmutability = 'default' | 'immutable' | 'mutable';

/** Everything `bootstrap` was asked to do: the workflow's input. Encrypted in Temporal, since it may hold the password. */
export type BootstrapRequest = RunInput & {
  requester: Requester;
  username: string;
  /** Null leaves an existing user's password alone; a user can't be created without one. */
  password: string | null;
  /** True for a generated password: it is used only if the user must be created, and never resets one. */
  passwordForNewUserOnly: boolean;
  projectName: string;
  roleName: string;
  serviceName: string;
  publicUrl: string | null;
  internalUrl: string | null;
  adminUrl: string | null;
  regionId: string | null;
  roleImmutability: RoleImmutability;
  defaultDomainId: string;
  passwordHashing: PasswordHashing;
};

export const bootstrapWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'bootstrap', requestId);

/** Gives the request of a bootstrap's run; null for any other run's id. */
export const bootstrapRequestIn = (workflowId: string): string | null =>
  /^[0-9a-f]{12}\/bootstrap\/([\w-]+)$/.exec(workflowId)?.[1] ?? null;

/** One change of a plan or an applied run, in words that operators know; it never holds a secret. */
export type ReportedChange = { action: string; resource: string; name: string; id: string | null };

/** What a run did, or (for a plan) would do. An empty `changes` means that there was nothing to do. */
export type BootstrapReport = {
  requestId: string;
  changes: ReportedChange[];
  warnings: string[];
  /** Whether the admin user was (or would be) created, which is when a generated password takes effect. */
  userCreated: boolean;
};
