import { Flags, type Interfaces } from '@oclif/core';
import type { ResourceOptions } from '../../rules/identity/resource.ts';
import type { OptionName } from '../../rules/identity/option-ids.ts';
import { repeated } from './flag-kinds.ts';

const helpGroup = 'USER OPTION';

/** openstackclient's two flags for each option of users that is on or off. */
const TOGGLES = {
  ignore_lockout_failure_attempts: ['ignore-lockout-failure-attempts', 'no-ignore-lockout-failure-attempts'],
  ignore_password_expiry: ['ignore-password-expiry', 'no-ignore-password-expiry'],
  ignore_change_password_upon_first_use: [
    'ignore-change-password-upon-first-use',
    'no-ignore-change-password-upon-first-use',
  ],
  lock_password: ['enable-lock-password', 'disable-lock-password'],
  multi_factor_auth_enabled: ['enable-multi-factor-auth', 'disable-multi-factor-auth'],
} as const satisfies { [name in OptionName]?: readonly [on: string, off: string] };
type ToggleFlag = (typeof TOGGLES)[keyof typeof TOGGLES][number];
const RULE = 'multi-factor-auth-rule';

export type UserOptionFlags = { [flag in ToggleFlag]?: boolean } & { [RULE]?: string[] | undefined };

const toggle = <On extends string, Off extends string>(
  [on, off]: readonly [On, Off],
  [sets, clears]: string[],
) =>
  ({
    [on]: Flags.boolean({ description: sets!, exclusive: [off], helpGroup }),
    [off]: Flags.boolean({ description: clears!, helpGroup }),
  }) as Record<On | Off, Interfaces.BooleanFlag<boolean>>;

export const userOptionFlags = {
  ...toggle(TOGGLES.ignore_lockout_failure_attempts, [
    'never lock it out for failed logins',
    'lock it out for failed logins, where that is the rule',
  ]),
  ...toggle(TOGGLES.ignore_password_expiry, [
    'let its password never expire',
    'let its password expire, where that is the rule',
  ]),
  ...toggle(TOGGLES.ignore_change_password_upon_first_use, [
    'let it keep the password that it is given',
    'have it change the password at its first login, where that is the rule',
  ]),
  ...toggle(TOGGLES.lock_password, [
    "don't let it change its own password",
    'let it change its own password',
  ]),
  ...toggle(TOGGLES.multi_factor_auth_enabled, [
    'ask it for what one of its rules says',
    'let it log in by any one method',
  ]),
  [RULE]: repeated('methods that are enough together, such as password,totp; may be given several times', {
    helpGroup,
  }),
};

/** The options that these flags set. */
export function userOptionsOf(flags: UserOptionFlags): ResourceOptions {
  const set = Object.entries(TOGGLES).flatMap(([name, [on, off]]) => {
    if (flags[on]) return [[name, true]];
    return flags[off] ? [[name, false]] : [];
  });
  const rules = flags[RULE]?.map((rule) => rule.split(','));
  return { ...Object.fromEntries(set), ...(rules && { multi_factor_auth_rules: rules }) };
}
