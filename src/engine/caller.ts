import {
  type Caller,
  type CallerNeeds,
  missingFrom,
  NOBODY,
  type Stated,
  type StatedCaller,
} from '../rules/compute/caller.ts';
import { RuleError } from '../rules/errors.ts';
import type { ResourceRef } from '../services/identity/resource-finder.ts';
import type { Engine } from './engine.ts';
import type { IdentityServices } from './identity.ts';
import { isInHome } from './service.ts';

/** The user and the project that bootstrap makes, unless it is told other names. */
const ADMIN: StatedCaller = {
  user: { name: 'admin', domain: null },
  project: { name: 'admin', domain: null },
};
const FLAGS = { user: '--os-username or --os-user-id', project: '--os-project-name or --os-project-id' };

/**
 * Finds who acts. Ids need no identity database; names are looked up in it. Where nobody is stated at all, a command
 * that needs nobody acts as NOBODY; one that needs somebody acts alone as bootstrap's admin, in its project, and is
 * refused elsewhere. What is stated in part is completed by nothing.
 */
export async function callerOf(engine: Engine, stated: StatedCaller, needs: CallerNeeds): Promise<Caller> {
  const isStated = stated.user !== null || stated.project !== null;
  if (!isStated && needs === 'nothing') return NOBODY;
  const caller = isStated ? await found(engine, stated) : await bootstrapped(engine);
  const missing = missingFrom(caller, needs);
  if (missing.length === 0) return caller;
  throw unstated(
    `It is not stated for which ${missing.join(' and ')} this is.`,
    `Add ${missing.map((kind) => FLAGS[kind]).join(', and ')}, or set the variables that --help names.`,
  );
}

/** Finds the user whom somebody acts for, by name or id; one that is disabled too. */
export async function userNamed(engine: Engine, user: ResourceRef): Promise<string> {
  const { resources } = await identityFor(engine, '--os-user-id');
  return (await resources.get('user', user)).id;
}

/** Opens the identity database in which names are looked up; `flags` are those that do without it. */
async function identityFor(engine: Engine, flags: string): Promise<IdentityServices> {
  const identity = engine.identityBeside();
  if (identity) return identity.services();
  throw new RuleError('IdentityUnknown', 'A name is looked up in the identity database, and none is named.', {
    cure: `Name the database with --keystone-config-file or in KEYWARD_KEYSTONE_DATABASE_URL, or give the ID with ${flags}.`,
    outcome: 'unchanged',
  });
}

async function found(engine: Engine, { user, project }: StatedCaller): Promise<Caller> {
  const named = Object.entries({ user, project }).filter(([, stated]) => stated && idIn(stated) === null);
  if (named.length === 0) return { userId: idIn(user), projectId: idIn(project) };
  const { callers } = await identityFor(engine, named.map(([kind]) => `--os-${kind}-id`).join(' and '));
  return callers.find({ user, project }, engine.identityBeside()!.settings.defaultDomainId.value);
}

const idIn = (stated: Stated | null): string | null => (stated && 'id' in stated ? stated.id : null);

/** An admin is taken of a cloud of our own only: elsewhere it may be anybody. */
async function bootstrapped(engine: Engine): Promise<Caller> {
  const identity = isInHome(engine.compute) ? engine.identityBeside() : null;
  if (!identity || !isInHome(identity)) return NOBODY;
  try {
    return await found(engine, ADMIN);
  } catch (error) {
    if (!(error instanceof RuleError) || error.name !== 'NotFound') throw error;
    throw unstated(
      `Nobody is stated, and bootstrap has made no admin who would be taken: ${error.message}`,
      `Run \`keyward bootstrap\`, or add ${FLAGS.user}.`,
    );
  }
}

const unstated = (message: string, cure: string): RuleError =>
  new RuleError('CallerUnstated', message, { cure, outcome: 'unchanged' });
