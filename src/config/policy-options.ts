import type { PolicyOptions } from '../rules/policy.ts';
import type { OsloConfig } from './oslo-config.ts';
import { multi, text } from './oslo-types.ts';

/** The options of oslo.policy that keyward reads; Keystone 30 and Nova 34 leave them as oslo.policy has them. */
export const POLICY_OPTIONS = {
  'oslo_policy.policy_file': text('policy.yaml'),
  'oslo_policy.policy_dirs': multi(['policy.d']),
} as const;

/** Reads the options in the command's process, since a worker has another environment. */
export function policyOptionsOf(config: OsloConfig<typeof POLICY_OPTIONS>): PolicyOptions {
  const { value: policyFile, isSet: namesPolicyFile } = config.get('oslo_policy.policy_file');
  return { policyFile, namesPolicyFile, policyDirs: [...config.get('oslo_policy.policy_dirs').value] };
}
