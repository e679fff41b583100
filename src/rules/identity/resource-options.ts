import { UsageError } from '../errors.ts';
import { kinds, type ResourceKind } from './kinds.ts';
import type { ResourceOptions } from './resource.ts';

/** Refuses options that a kind does not have (`keystone/identity/backends/resource_options.py`). Null deletes one. */
export function checkOptions(kind: ResourceKind, options: ResourceOptions | undefined): void {
  if (options === undefined) return;
  if (options === null) throw new UsageError('options: null is no set of options.', 'Correct it.');
  const known: string[] = kinds[kind].options;
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name))
      throw new UsageError(`'${name}' is no option of a ${kind}.`, `These are: ${known.join(', ')}.`);
    if (value === null) continue;
    if (name === 'multi_factor_auth_rules') checkRules(value);
    else if (typeof value !== 'boolean')
      throw new UsageError(`${name}: ${JSON.stringify(value)} is not true, false or null.`, 'Correct it.');
  }
}

/** Each rule is a list of authentication methods; neither a rule nor a method in it may be there twice. */
function checkRules(rules: unknown): void {
  const isOnce = (texts: string[]): boolean => new Set(texts).size === texts.length;
  const isRule = (rule: unknown): rule is string[] =>
    Array.isArray(rule) &&
    rule.length > 0 &&
    rule.every((method) => typeof method === 'string' && method !== '');
  if (Array.isArray(rules) && rules.every(isRule)) {
    if (rules.every(isOnce) && isOnce(rules.map((rule) => JSON.stringify(rule)))) return;
  }
  throw new UsageError(
    `multi_factor_auth_rules: ${JSON.stringify(rules)} are no rules.`,
    'Give each as different methods with a comma between them, such as password,totp; no rule twice.',
  );
}
