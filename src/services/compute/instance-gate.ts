import type { EntityManager } from '@mikro-orm/postgresql';
import { lockInstance } from '../../database/nova-cell/instance.repository.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import type { Caller } from '../../rules/compute/caller.ts';
import { assertUnlocked } from '../../rules/compute/instance-lock.ts';
import { assertMay } from '../../rules/compute/instance-state.ts';
import type { Server } from '../../rules/compute/server.ts';
import { RuleError } from '../../rules/errors.ts';
import { beginChange, type Change } from './noted-change.ts';

type Begin = {
  host: string;
  apply: (server: Server) => Promise<unknown>;
};

/**
 * The one door to changes of a server that is there: it locks the row, asks the rules, notes Nova's action, and changes
 * the row, in the caller's transaction, which sees to it that a request passes once.
 */
export async function passGate(em: EntityManager, change: Change, { host, apply }: Begin): Promise<void> {
  const server = await lockedServer(em, change.uuid);
  assertUnlocked(server, change.caller);
  assertMay(change.kind, server);
  await beginChange(em, change, host);
  await apply(server);
}

type Edit = { uuid: string; caller: Caller; isLockChecked: boolean };

/**
 * Lets a change pass for which Nova notes no action: it locks the row, asks the rules, and gives the server as it is
 * before. A lock does not keep anybody from what Nova allows all the same, as another name.
 */
export async function editThroughGate(
  em: EntityManager,
  { uuid, caller, isLockChecked }: Edit,
): Promise<Server> {
  const server = await lockedServer(em, uuid);
  if (isLockChecked) assertUnlocked(server, caller);
  return server;
}

async function lockedServer(em: EntityManager, uuid: string): Promise<Server> {
  await lockInstance(em, uuid);
  const server = await findServer(em, uuid);
  if (!server || server.isDeleted) throw notThere(uuid);
  return server;
}

/** NOTE: nova/exception.py, InstanceNotFound. */
export const notThere = (uuid: string): RuleError =>
  new RuleError('InstanceNotFound', `Instance ${uuid} could not be found.`, {
    cure: '`keyward server list` shows the servers.',
    outcome: 'unchanged',
  });
