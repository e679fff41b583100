import { defineEntity, p } from '@mikro-orm/core';

/**
 * The options of users that only keyward knows: `IMMU` is `immutable`. Not in Keystone's own `user_option`, where a
 * Keystone deletes what it does not know on its next update of the user.
 */
export const KeywardUserOption = defineEntity({
  name: 'KeywardUserOption',
  tableName: 'user_option',
  schema: 'keyward',
  properties: {
    userId: p.string().primary(),
    optionId: p.string().primary(),
    optionValue: p.text(),
  },
});
