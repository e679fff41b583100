import type { EntityManager } from '@mikro-orm/postgresql';
import { AMONG } from '../../../database/among.ts';

export type Owner = 'user' | 'group' | 'project' | 'role' | 'domain';

/** Trusts of the gone, and those that were redelegated from them. */
const trustsBy = (condition: string): string[] => {
  const trusts = `with recursive gone as (select jsonb_array_elements_text(?::jsonb) as id),
    trusts as (select id from trust where ${condition}
      union select t.id from trust t join trusts on t.redelegated_trust_id = trusts.id)`;
  return [
    `${trusts} delete from trust_role where trust_id in (select id from trusts)`,
    `${trusts} delete from token where trust_id in (select id from trusts)`,
    `${trusts} delete from trust where id in (select id from trusts)`,
  ];
};
const rows = (table: string, condition: string): string => `delete from ${table} where ${condition}`;
const listsGoneRole = `exists (select from jsonb_array_elements_text(?::jsonb) as gone (id) where position(gone.id in role_ids) > 0)`;

/**
 * What goes with the gone, in an order that the foreign keys allow; each statement has one parameter, their ids as a
 * JSON array. What has a foreign key with ON DELETE CASCADE goes by itself. A test derives from the schema that nothing
 * is missing here. Revocation events and the audit outlive what they tell of.
 */
const STATEMENTS: Record<Owner, string[]> = {
  user: [
    ...trustsBy('trustor_user_id in (select id from gone) or trustee_user_id in (select id from gone)'),
    rows('token', `user_id ${AMONG}`),
    rows('access_token', `authorizing_user_id ${AMONG}`),
    rows('request_token', `authorizing_user_id ${AMONG}`),
    rows('application_credential', `user_id ${AMONG}`),
    rows('access_rule', `user_id ${AMONG}`),
    rows('credential', `user_id ${AMONG}`),
    rows('assignment', `type in ('UserProject', 'UserDomain') and actor_id ${AMONG}`),
    rows('system_assignment', `type = 'UserSystem' and actor_id ${AMONG}`),
    rows('user_group_membership', `user_id ${AMONG}`),
    rows('expiring_user_group_membership', `user_id ${AMONG}`),
    rows('id_mapping', `public_id ${AMONG}`),
    rows('"user"', `id ${AMONG}`),
  ],
  group: [
    rows('assignment', `type in ('GroupProject', 'GroupDomain') and actor_id ${AMONG}`),
    rows('system_assignment', `type = 'GroupSystem' and actor_id ${AMONG}`),
    rows('user_group_membership', `group_id ${AMONG}`),
    rows('expiring_user_group_membership', `group_id ${AMONG}`),
    rows('id_mapping', `public_id ${AMONG}`),
    rows('"group"', `id ${AMONG}`),
  ],
  project: [
    ...trustsBy('project_id in (select id from gone)'),
    rows('access_token', `project_id ${AMONG}`),
    rows('request_token', `requested_project_id ${AMONG}`),
    rows('application_credential', `project_id ${AMONG}`),
    rows('credential', `project_id ${AMONG}`),
    rows('assignment', `type in ('UserProject', 'GroupProject') and target_id ${AMONG}`),
    rows('"limit"', `project_id ${AMONG}`),
    rows('project_endpoint', `project_id ${AMONG}`),
    rows('project_endpoint_group', `project_id ${AMONG}`),
    `update "user" set default_project_id = null where default_project_id ${AMONG}`,
    rows('project', `id ${AMONG}`),
  ],
  role: [
    // Whoever loses a role on a project loses its application credentials there: `keystone/assignment/core.py`.
    rows(
      'application_credential',
      `(user_id, project_id) in
         (select actor_id, target_id from assignment where type = 'UserProject' and role_id ${AMONG})`,
    ),
    rows('assignment', `role_id ${AMONG}`),
    rows('system_assignment', `role_id ${AMONG}`),
    rows('trust_role', `role_id ${AMONG}`),
    rows(
      'application_credential',
      `internal_id in (select application_credential_id from application_credential_role where role_id ${AMONG})`,
    ),
    rows('access_token', listsGoneRole),
    rows('request_token', listsGoneRole),
    rows('role', `id ${AMONG}`),
  ],
  domain: [
    rows('assignment', `type in ('UserDomain', 'GroupDomain') and target_id ${AMONG}`),
    rows('"limit"', `domain_id ${AMONG}`),
    rows('whitelisted_config', `domain_id ${AMONG}`),
    rows('sensitive_config', `domain_id ${AMONG}`),
    rows('config_register', `domain_id ${AMONG}`),
    rows('id_mapping', `domain_id ${AMONG}`),
    rows('identity_provider', `domain_id ${AMONG}`),
    rows('project', `id ${AMONG}`),
  ],
};

/** Deletes these and every row that belongs to them. The caller has locked them and asked the rule. */
export async function deleteWithRows(em: EntityManager, owner: Owner, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const statement of STATEMENTS[owner]) await em.execute(statement, [JSON.stringify(ids)]);
}
