import { ADMIN, defaultRoles, MANAGER, MEMBER, READER, SERVICE } from './default-roles.ts';
import { readImmutability } from './immutability.ts';
import { OPTION_IDS } from './option-ids.ts';
import { shellWord } from '../shell-word.ts';
import { CheckCode, type CheckResult } from '../upgrade-check.ts';

/** A global role as its rows have it; `immutable` is the text of its IMMU option, null where it has none. */
export type StoredRole = { id: string; name: string; immutable: string | null };

/** All global roles, and the names of those that imply manager. */
export type GlobalRoles = { roles: StoredRole[]; implyingManager: string[] };

const BOOTSTRAP = 'keyward bootstrap --immutable-roles';

/** Those that keystone-status looks at; a mutable manager or service is less grave. */
const UPSTREAM_ROLES = new Set([READER, MEMBER, ADMIN]);

/**
 * What keystone-status says of default roles, and what it does not see: roles that are not there, options that are no
 * JSON (upstream crashes), and a mutable manager or service. A role of another name may be the admin role
 * (`--bootstrap-role-name`): it is known by implying manager.
 */
export function judgeDefaultRoles(there: GlobalRoles): CheckResult {
  const standIns = standInsForAdmin(there);
  const broken = there.roles.filter((role) => stateOf(role) === 'broken');
  if (broken.length > 0) return brokenOptions(broken, standIns);
  const names = new Set(there.roles.map(({ name }) => name));
  if (!defaultRoles(ADMIN).some((name) => names.has(name))) return notBootstrapped;
  const missing = [READER, MEMBER, ...(standIns.length > 0 ? [] : [ADMIN])].filter(
    (name) => !names.has(name),
  );
  const mutable = [READER, MEMBER, MANAGER, ADMIN, ...standIns, SERVICE].filter((name) =>
    there.roles.some((role) => role.name === name && stateOf(role) === 'mutable'),
  );
  return verdict(missing, mutable, standIns);
}

const notBootstrapped: CheckResult = {
  code: CheckCode.warning,
  details: 'There are no default roles: this Keystone has not been bootstrapped yet.',
  remedy: 'keyward bootstrap',
};

function verdict(missing: string[], mutable: string[], standIns: string[]): CheckResult {
  // Where nothing is missing, no bootstrap: it would want the names and the password of the cloud's own admin.
  const remedy = missing.length > 0 ? bootstrapCommand(standIns) : roleSetCommand(mutable);
  const failed = mutable.filter((name) => UPSTREAM_ROLES.has(name));
  if (missing.length > 0 || failed.length > 0) {
    const details = [
      failed.length > 0 && notImmutable(failed),
      missing.length > 0 && `Default roles are missing: ${missing.join(', ')}`,
    ];
    return { code: CheckCode.failure, details: details.filter(Boolean).join('. '), remedy };
  }
  if (mutable.length > 0) return { code: CheckCode.warning, details: notImmutable(mutable), remedy };
  const success = 'Default roles are immutable.';
  const named = `${success} In the place of ${ADMIN} there is ${standIns.join(', ')}, which implies ${MANAGER}.`;
  return { code: CheckCode.success, details: standIns.length > 0 ? named : success, remedy: null };
}

// NOTE: keystone/cmd/status.py; the order is that of a bootstrap, where upstream has the database's.
const notImmutable = (names: string[]): string => `Roles are not immutable: ${names.join(', ')}`;

/** Those of roles that bootstrap does not know are mended by hand: the API can't read them either. */
function brokenOptions(broken: StoredRole[], standIns: string[]): CheckResult {
  const known = new Set([...defaultRoles(ADMIN), ...standIns.slice(0, 1)]);
  const foreign = broken.filter(({ name }) => !known.has(name));
  const listed = broken.map(({ name, immutable }) => `${name} (${immutable})`).join(', ');
  return {
    code: CheckCode.failure,
    details: `The immutable option of these roles is no valid JSON, so that Keystone can't list roles: ${listed}`,
    remedy: foreign.length === 0 ? bootstrapCommand(standIns) : optionUpdate(foreign),
  };
}

const optionUpdate = (roles: StoredRole[]): string =>
  `run in the identity database: update role_option set option_value = 'true' where option_id = '${OPTION_IDS.immutable}' ` +
  `and role_id in (${roles.map(({ id }) => `'${id}'`).join(', ')});`;

/** The names of roles that imply manager and are no default roles; none where there is an admin. */
function standInsForAdmin({ roles, implyingManager }: GlobalRoles): string[] {
  if (roles.some(({ name }) => name === ADMIN)) return [];
  const others = new Set(implyingManager);
  for (const name of defaultRoles(ADMIN)) others.delete(name);
  return [...others].toSorted();
}

/** The bootstrap that mends it. Without the name, it would make an admin role beside the one that stands in for it. */
const bootstrapCommand = ([standIn]: string[]): string =>
  standIn ? `${BOOTSTRAP} --bootstrap-role-name ${shellWord(standIn)}` : BOOTSTRAP;

const roleSetCommand = (names: string[]): string =>
  ['keyward role set --immutable', ...names.map(shellWord)].join(' ');

const stateOf = ({ immutable }: StoredRole) => readImmutability(immutable);
