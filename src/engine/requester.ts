import { hostname } from 'node:os';
import { accountName } from '../config/account-name.ts';
import type { Requester } from '../rules/requester.ts';

/** Names the account of this host for which the process runs, for the audit. */
export const requesterOf = (env: NodeJS.ProcessEnv): Requester => ({
  user: accountName() ?? `uid ${process.getuid?.()}`,
  sudoUser: env['SUDO_USER'] ?? null,
  host: hostname(),
});
