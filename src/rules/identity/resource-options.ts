import { UsageError } from '../errors.ts';
import type { ResourceKind, ResourceOptions } from './resource.ts';

/** Under what id the option tables keep each option, by its name in the API. */
export const OPTION_IDS = {
  immutable: 'IMMU',
  ignore_change_password_upon_first_use: '1000',
  ignore_password_expiry: '1001',
  ignore_lockout_failure_attempts: '1002',
  lock_password: '1003',
  ignore_user_inactivity: '1004',
  multi_factor_auth_rules: 'MFAR',
  multi_factor_auth_enabled: 'MFAE',
} as const;
export type OptionName = keyof typeof OPTION_IDS;

const NAMES = Object.keys(OPTION_IDS);
const NAME_OF = new Map(Object.entries(OPTION_IDS).map(([name, id]) => [id as string, name]));

/** What Keystone does not know is called by its id. */
export const optionName = (id: string): string => NAME_OF.get(id) ?? id;

/** Only users have others than `immutable`: `keystone/identity/backends/resource_options.py`. Null deletes an option. */
export function checkOptions(kind: ResourceKind, options: ResourceOptions | undefined): void {
  if (options === undefined) return;
  if (options === null) throw new UsageError('options: null is no set of options.', 'Correct it.');
  const known = kind === 'user' ? NAMES : ['immutable'];
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
