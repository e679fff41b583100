/** The text of a policy file and where it was found (an absolute path). */
export type PolicyFile = { path: string; text: string };

/** A rule that an operator set, as the file has it (`value`), and which file that is. */
export type PolicyOverride = { value: unknown; path: string };

/** What oslo.policy would read on this host. Every method throws a RuleError for a file that can't be read. */
export type PolicyFiles = {
  /** The file of `[oslo_policy] policy_file`; null where there is none, so that Keystone's own rules hold. */
  policyFile(): Promise<PolicyFile | null>;
  /** The path of a `policy.json` that oslo.policy read before its release 5.0, and has ignored since; else null. */
  abandonedJson(): Promise<string | null>;
  /** Rule name → its override, of the policy file and of `policy_dirs`; the last one wins. */
  overrides(): Promise<Map<string, PolicyOverride>>;
};

const TRUE = '@';

/**
 * Whether oslo.policy reads this rule as one that allows everybody. Beyond `""`, `"@"` and `[]` that is any empty value
 * (a key with nothing after it), and `@` in parentheses or alone in the old list form (`oslo_policy/_parser.py`).
 */
export function allowsEverybody(rule: unknown): boolean {
  if (typeof rule === 'string') return rule === '' || /^[\s(]*@[\s)]*$/.test(rule);
  if (isEmpty(rule)) return true;
  if (!Array.isArray(rule)) return false;
  const alternatives = rule.filter((alternative) => !isEmpty(alternative));
  return alternatives.length === 1 && [alternatives[0]].flat().every((check) => check === TRUE);
}

/** Whether oslo.policy can read the rule at all; Keystone does not start with one that it can't. */
export const isPolicyRule = (rule: unknown): boolean =>
  typeof rule === 'string' || isEmpty(rule) || Array.isArray(rule);

const isEmpty = (value: unknown): boolean =>
  !value || (typeof value === 'object' && Object.keys(value).length === 0);
