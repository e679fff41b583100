import type { Kysely } from 'kysely';
import { type GlobalRoles, judgeDefaultRoles } from '../../rules/identity/default-role-check.ts';
import { MANAGER } from '../../rules/identity/default-roles.ts';
import { OPTION_IDS } from '../../rules/identity/option-ids.ts';
import { NO_DOMAIN } from '../../rules/identity/stored-domain.ts';
import { defineCheck } from '../define-check.ts';

type Tables = {
  role: { id: string; name: string; domain_id: string };
  role_option: { role_id: string; option_id: string; option_value: string | null };
  implied_role: { prior_role_id: string; implied_role_id: string };
};

export default defineCheck({
  id: 'identity-default-roles-immutable',
  order: 20,
  title: 'Check default roles are immutable',
  needs: ['database'],
  remedy: 'keyward role set --immutable ROLE; where one is missing, keyward bootstrap --immutable-roles',
  async run({ database }) {
    return judgeDefaultRoles(await globalRoles(database));
  },
});

async function globalRoles(database: Kysely<Tables>): Promise<GlobalRoles> {
  const roles = await database
    .selectFrom('role')
    .leftJoin('role_option', (join) =>
      join
        .onRef('role_option.role_id', '=', 'role.id')
        .on('role_option.option_id', '=', OPTION_IDS.immutable),
    )
    .where('role.domain_id', '=', NO_DOMAIN)
    .select(['role.id', 'role.name', 'role_option.option_value as immutable'])
    .orderBy('role.name')
    .execute();
  const manager = roles.find(({ name }) => name === MANAGER);
  const links = await database
    .selectFrom('implied_role')
    .where('implied_role_id', '=', manager?.id ?? '')
    .select('prior_role_id')
    .execute();
  const priors = new Set(links.map((link) => link.prior_role_id));
  return { roles, implyingManager: roles.filter(({ id }) => priors.has(id)).map(({ name }) => name) };
}
