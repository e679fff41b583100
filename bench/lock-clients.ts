import { randomUUID } from 'node:crypto';
import { requesterOf } from '../src/engine/requester.ts';
import type { LockKind } from '../src/rules/compute/instance-lock.ts';
import { type Locking, serverLockWorkflowId } from '../src/rules/compute/lock-request.ts';
import { NOVA_PASSWORD, type RealNova } from '../test/support/interop/real-nova.ts';
import { NovaUser } from '../test/support/interop/nova/project.ts';
import { home, time } from './measure.ts';
import { PROJECT } from './planted-servers.ts';

export type Change = (kind: LockKind, id: string) => Promise<unknown>;
/** How long each change took, in milliseconds, and all of them together, in seconds. */
export type Timed = { each: number[]; seconds: number };

const REASON = 'measured';
/** The microversion that brought reasons. */
const WITH_REASON = '2.73';

/** Locks and unlocks each server so many times, by so many clients at once; a server is one client's. */
export async function timed(
  ids: string[],
  { atOnce, turns }: { atOnce: number; turns: number },
  change: Change,
): Promise<Timed> {
  const each: number[] = [];
  const client = async (at: number): Promise<void> => {
    const own = ids.filter((_, place) => place % atOnce === at);
    for (let turn = 0; turn < turns; turn++)
      for (const id of own)
        for (const kind of ['lock', 'unlock'] as const)
          each.push(1000 * (await time(() => change(kind, id))));
  };
  const seconds = await time(() => Promise.all(Array.from({ length: atOnce }, (_, at) => client(at))));
  return { each, seconds };
}

/**
 * Changes locks as `server lock` and `server unlock` do, by one engine of the build for all clients: only that knows which
 * worker is of its own build.
 */
export async function openKeyward(): Promise<{ change: Change; close: () => Promise<void> }> {
  const built = new URL('../dist/engine/engine.js', import.meta.url).href;
  const { Engine } = (await import(built)) as typeof import('../src/engine/engine.ts');
  const env = { ...process.env, KEYWARD_HOME: home.dir };
  const engine = new Engine({ services: ['compute'], flags: {}, serves: 'one', env, announce: () => {} });
  const { serverFinder } = await engine.compute.services();
  const runs = await engine.runs(engine.services, { inline: false });
  const target = await engine.compute.target();
  const change: Change = async (kind, id) => {
    const { cell, uuid } = await serverFinder.find(id);
    const locking: Locking = kind === 'lock' ? { kind, reason: REASON, lease: null } : { kind };
    const request = {
      target,
      requestId: randomUUID(),
      requester: requesterOf(env),
      caller: { userId: 'alice', projectId: PROJECT },
      uuid,
      cell: cell.uuid,
      host: null,
      locking,
    };
    await runs.run('serverLock', request, {
      workflowId: serverLockWorkflowId(request),
      wait: true,
      timeoutSeconds: undefined,
      onEvent: () => {},
    });
  };
  return { change, close: () => engine.close() };
}

/** Changes locks by Nova's API, as the owner of the servers. */
export function overHttp(nova: RealNova): Change {
  const owner = new NovaUser(nova.at, NOVA_PASSWORD, 'alice', PROJECT);
  return async (kind, id) => {
    const body = kind === 'lock' ? { lock: { locked_reason: REASON } } : { unlock: null };
    const { status } = await owner.call('POST', `/servers/${id}/action`, body, WITH_REASON);
    if (status !== 202) throw new Error(`${kind} of ${id}: ${status}`);
  };
}

/** Lets Nova's API lock and unlock each server in its own process, from so many threads. */
export async function inProcess(nova: RealNova, ids: string[], threads: number): Promise<Timed> {
  const response = await fetch(`${nova.at.control}/locks/${threads}?project=${PROJECT}`, {
    method: 'POST',
    body: JSON.stringify(ids),
  });
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Timed;
}
