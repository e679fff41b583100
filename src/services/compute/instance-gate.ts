import type { EntityManager } from '@mikro-orm/postgresql';
import { lockInstance } from '../../database/nova-cell/instance.repository.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import { assertUnlocked } from '../../rules/compute/instance-lock.ts';
import type { Server } from '../../rules/compute/server.ts';
import { RuleError } from '../../rules/errors.ts';
import { beginChange, type Change } from './noted-change.ts';

type Begin = {
  /** What the change asks of the server besides that it is not locked. */
  assert: (server: Server) => void;
  host: string;
  apply: (server: Server) => Promise<unknown>;
};

/**
 * The one door to changes of a server that is there: it locks the row, asks the rules, notes Nova's action, and changes
 * the row, in the caller's transaction, which sees to it that a request passes once.
 */
export async function passGate(
  em: EntityManager,
  change: Change,
  { assert, host, apply }: Begin,
): Promise<void> {
  await lockInstance(em, change.uuid);
  const server = await findServer(em, change.uuid);
  if (!server || server.isDeleted) throw notThere(change.uuid);
  assertUnlocked(server, change.caller);
  assert(server);
  await beginChange(em, change, host);
  await apply(server);
}

/** NOTE: nova/exception.py, InstanceNotFound. */
const notThere = (uuid: string): RuleError =>
  new RuleError('InstanceNotFound', `Instance ${uuid} could not be found.`, {
    cure: '`keyward server list` shows the servers.',
    outcome: 'unchanged',
  });
