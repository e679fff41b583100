import type { EntityManager } from '@mikro-orm/postgresql';
import { Assignment, SystemAssignment } from '../../database/keystone/assignment.entity.ts';
import { Endpoint, Region, Service } from '../../database/keystone/catalog.entity.ts';
import { currentPassword } from '../../database/keystone/current-password.ts';
import { Project } from '../../database/keystone/project.entity.ts';
import { Role, RoleOption } from '../../database/keystone/role.entity.ts';
import { readRoleLinks } from '../../database/keystone/role-links.ts';
import { LocalUser, User } from '../../database/keystone/user.entity.ts';
import type { BootstrapRequest } from '../../rules/identity/bootstrap/request.ts';
import { defaultRoles } from '../../rules/identity/default-roles.ts';
import type { IdentitySnapshot, PasswordState } from '../../rules/identity/bootstrap/snapshot.ts';
import { OPTION_IDS } from '../../rules/identity/option-ids.ts';
import { readImmutability } from '../../rules/identity/immutability.ts';

/** Compares the asked password with a stored hash; memory of earlier answers is the caller's. */
export type ComparePassword = (stored: string) => Promise<'matches' | 'differs' | 'unknown-form'>;

/** Reads what a bootstrap must know, in about ten statements; run it in one transaction. */
export async function readSnapshot(
  em: EntityManager,
  wanted: BootstrapRequest,
  compare: ComparePassword,
): Promise<IdentitySnapshot> {
  const projects = await readProjects(em, wanted);
  const user = await readUser(em, wanted, compare);
  const roles = await readRoles(em, wanted);
  const grants = await readGrants(em, user?.id, projects.project?.id, roles.roles.get(wanted.roleName)?.id);
  return { ...projects, user, ...roles, ...grants, ...(await readCatalog(em, wanted)) };
}

async function readProjects(em: EntityManager, { defaultDomainId, projectName }: BootstrapRequest) {
  const rows = await em.find(Project, {
    $or: [
      { id: defaultDomainId, isDomain: true },
      { name: 'Default', isDomain: true },
      { name: projectName, domainId: defaultDomainId, isDomain: false },
    ],
  });
  const enabled = (row: { id: string; enabled?: boolean | null | undefined } | undefined) =>
    row ? { id: row.id, enabled: row.enabled === true } : null;
  const domains = rows.filter((row) => row.isDomain);
  return {
    domain: enabled(domains.find((row) => row.id === defaultDomainId)),
    strayDefaultDomainId: domains.find((row) => row.id !== defaultDomainId)?.id ?? null,
    project: enabled(rows.find((row) => !row.isDomain)),
  };
}

async function readUser(em: EntityManager, wanted: BootstrapRequest, compare: ComparePassword) {
  const local = await em.findOne(LocalUser, { name: wanted.username, domainId: wanted.defaultDomainId });
  if (!local) return null;
  const user = await em.findOneOrFail(User, { id: local.userId });
  const isAsked = wanted.password !== null && !wanted.passwordForNewUserOnly;
  const password = isAsked ? await passwordState(em, local.userId, compare) : 'not-compared';
  return { id: user.id, enabled: user.enabled === true, password } as const;
}

async function passwordState(
  em: EntityManager,
  userId: string,
  compare: ComparePassword,
): Promise<PasswordState> {
  const current = await currentPassword(em, userId);
  if (!current?.hash) return 'none';
  return current.hasExpired ? 'expired' : compare(current.hash);
}

async function readRoles(em: EntityManager, { roleName }: BootstrapRequest) {
  const rows = await em.find(Role, { name: { $in: defaultRoles(roleName) }, domainId: null });
  const ids = rows.map((row) => row.id);
  const options = await em.find(RoleOption, { roleId: { $in: ids }, optionId: OPTION_IDS.immutable });
  const optionOf = new Map(options.map((option) => [option.roleId, option.optionValue]));
  return {
    roles: new Map(
      rows.map(({ id, name }) => [name, { id, immutability: readImmutability(optionOf.get(id)) }]),
    ),
    links: await readRoleLinks(em),
  };
}

async function readGrants(em: EntityManager, actorId?: string, targetId?: string, roleId?: string) {
  if (!actorId || !roleId) return { hasProjectGrant: false, hasSystemGrant: false };
  const onProject = targetId && { type: 'UserProject', actorId, targetId, roleId, inherited: false };
  const onSystem = { type: 'UserSystem', actorId, targetId: 'system', roleId, inherited: false };
  return {
    hasProjectGrant: Boolean(onProject && (await em.findOne(Assignment, onProject))),
    hasSystemGrant: Boolean(await em.findOne(SystemAssignment, onSystem)),
  };
}

async function readCatalog(
  em: EntityManager,
  { regionId, publicUrl, internalUrl, adminUrl }: BootstrapRequest,
) {
  const hasRegion = regionId !== null && Boolean(await em.findOne(Region, { id: regionId }));
  if (publicUrl === null && internalUrl === null && adminUrl === null)
    return { hasRegion, service: null, endpoints: [] };
  const [service] = await em.find(Service, { type: 'identity' }, { orderBy: { id: 'asc' }, limit: 1 });
  if (!service) return { hasRegion, service: null, endpoints: [] };
  const where = { serviceId: service.id, ...(regionId !== null && { regionId }) };
  const endpoints = await em.find(Endpoint, where, { orderBy: { id: 'asc' } });
  return { hasRegion, service: { id: service.id }, endpoints };
}
