import { allowsEverybody, isPolicyRule } from '../../rules/policy.ts';
import { defineCheck, failure, success } from '../define-check.ts';

const TRUST_RULES = [
  'identity:list_trusts',
  'identity:delete_trust',
  'identity:get_trust',
  'identity:list_roles_for_trust',
  'identity:get_role_for_trust',
];

/** Finds empty trust policies: whoever relied on Keystone's hardcoded enforcement has opened them to everybody. */
export default defineCheck({
  id: 'identity-trust-policies-not-empty',
  order: 10,
  title: 'Check trust policies are not empty',
  needs: ['files'],
  remedy: 'remove the keys that the details name from the policy file, or give them check strings',
  async run({ files }) {
    const overrides = await files.overrides();
    const overridden = TRUST_RULES.filter((rule) => overrides.has(rule));
    const pathsOf = (rules: string[]) => [...new Set(rules.map((rule) => overrides.get(rule)!.path))];
    const unreadable = overridden.filter((rule) => !isPolicyRule(overrides.get(rule)!.value));
    if (unreadable.length > 0) {
      return failure(
        `The rules ${quoted(unreadable)} are neither strings nor lists, which Keystone can't read.`,
        correction(unreadable, pathsOf(unreadable)),
      );
    }
    const open = overridden.filter((rule) => allowsEverybody(overrides.get(rule)!.value));
    if (open.length === 0) return success('Trust policies are safe.');
    return failure(upstreamDetails(open), correction(open, pathsOf(open)));
  },
});

const quoted = (rules: string[]): string => rules.map((rule) => `"${rule}"`).join(', ');

const correction = (rules: string[], paths: string[]): string =>
  `remove the keys ${quoted(rules)} from ${paths.join(' and ')}, or give them check strings that are not empty`;

// NOTE: keystone/cmd/status.py
const upstreamDetails = (rules: string[]): string =>
  `Policy check string for rules ${quoted(rules)} are overridden to "", "@", or []. In the next release, this will ` +
  'cause these rules to be fully permissive as hardcoded enforcement will be removed. To correct this issue, either ' +
  'stop overriding these rules in config to accept the defaults, or explicitly set check strings that are not empty.';
