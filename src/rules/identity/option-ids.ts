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

export const optionNames = Object.keys(OPTION_IDS) as OptionName[];

const NAME_OF = new Map<string, string>(optionNames.map((name) => [OPTION_IDS[name], name]));

/** What Keystone does not know is called by its id. */
export const optionName = (id: string): string => NAME_OF.get(id) ?? id;
