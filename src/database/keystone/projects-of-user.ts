import { NO_DOMAIN } from '../../rules/identity/stored-domain.ts';

/**
 * The projects that a user can work on, as `keystone/assignment/core.py` works them out: by grants to the user or to a
 * group, on the project itself, or inherited from above, where what they were granted on does not count. A domain's
 * role counts by the global roles that it implies. The `?` is the user's id.
 */
export const PROJECTS_OF_USER = `
  with recursive me (id) as (select ?::varchar),
  actor (kind, id) as (
    select 'User', id from me
    union all select 'Group', group_id from user_group_membership join me on user_id = me.id
    union all select 'Group', m.group_id
      from expiring_user_group_membership m join me on m.user_id = me.id join identity_provider i on i.id = m.idp_id
      where m.last_verified + make_interval(mins => coalesce(i.authorization_ttl, 0))
            > (now() at time zone 'UTC')),
  effective (id) as (
    select id from role where domain_id = '${NO_DOMAIN}'
    union select i.prior_role_id from implied_role i join effective on i.implied_role_id = effective.id),
  granted as (
    select a.type::text as type, a.target_id as id, a.inherited
    from assignment a join actor on actor.id = a.actor_id and a.type::text like actor.kind || '%'
    where a.role_id in (select id from effective)),
  heir (id) as (
    select p.id from project p
      join granted g on g.inherited and g.type like '%Domain' and p.domain_id = g.id and not p.is_domain
    union select p.id from project p
      join granted g on g.inherited and g.type like '%Project' and p.parent_id = g.id
    union select p.id from project p join heir on p.parent_id = heir.id)
  select id from granted where type like '%Project' and not inherited union select id from heir`;
