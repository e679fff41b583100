/** The text of a policy file and where it was found (an absolute path). */
export type PolicyFile = { path: string; text: string };

/** A rule that an operator set, as the file has it (`value`), and which file that is. */
export type PolicyOverride = { value: unknown; path: string };

/** What Keystone's configuration says of policy files; `namesPolicyFile` is false if `policyFile` is the default. */
export type PolicyOptions = { policyFile: string; namesPolicyFile: boolean; policyDirs: string[] };

/** Reads what oslo.policy would read on this host. Every method throws a RuleError for a file that can't be read. */
export type PolicyFiles = {
  /** Reads the file of `[oslo_policy] policy_file`; null where there is none, and Keystone's own rules hold. */
  policyFile(): Promise<PolicyFile | null>;
  /** Finds a `policy.json`, which oslo.policy read before release 5.0 and has ignored since; null if there is none. */
  abandonedJson(): Promise<string | null>;
  /** Maps each rule's name to its override in the policy file and in `policy_dirs`; the last one wins. */
  overrides(): Promise<Map<string, PolicyOverride>>;
};

const TRUE = '@';

/**
 * Tells whether oslo.policy reads this rule as one that allows everybody. Beyond `""`, `"@"` and `[]` that is any empty
 * value (a key with nothing after it), and `@` in parentheses or alone in the old list form (`oslo_policy/_parser.py`).
 */
export function allowsEverybody(rule: unknown): boolean {
  if (typeof rule === 'string') return rule === '' || isTrueInParentheses(rule);
  const listed = listOf(rule);
  if (!listed || listed.length === 0) return listed !== null;
  const alternatives = listed.filter((alternative) => !isEmptyRule(alternative));
  return alternatives.length === 1 && String([alternatives[0]].flat()) === TRUE;
}

/** Tells whether oslo.policy can read the rule at all; Keystone does not start with one that it can't read. */
export const isPolicyRule = (rule: unknown): boolean => typeof rule === 'string' || listOf(rule) !== null;

/** Gives what Python would iterate over: a list, a mapping's keys, and nothing for a false value; null for all else. */
function listOf(rule: unknown): unknown[] | null {
  if (!rule) return [];
  if (Array.isArray(rule)) return rule;
  return Object.getPrototypeOf(rule) === Object.prototype ? Object.keys(rule) : null;
}

const isEmptyRule = (rule: unknown): boolean => rule === '' || listOf(rule)?.length === 0;

function isTrueInParentheses(rule: string): boolean {
  const [, before, after] = /^([\s(]*)@([\s)]*)$/.exec(rule) ?? [];
  return before !== undefined && before.split('(').length === after!.split(')').length;
}
