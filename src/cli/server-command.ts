import type { Engine } from '../engine/engine.ts';
import type { ComputeServices } from '../engine/open-compute.ts';
import type { Settling } from '../engine/settle-run.ts';
import type { Caller, CallerNeeds } from '../rules/compute/caller.ts';
import type { GivenServer } from '../rules/compute/boot.ts';
import {
  type Owner,
  type ServerOutcome,
  type ServerPatch,
  type ServerRequest,
  serverSetWorkflowId,
  serverWorkflowId,
} from '../rules/compute/new-server.ts';
import {
  fleetLockWorkflowId,
  type FleetLockRequest,
  type FleetOutcome,
  type Locking,
  serverLockWorkflowId,
} from '../rules/compute/lock-request.ts';
import { protectWorkflowId } from '../rules/compute/server-protection.ts';
import type { ServerView } from '../rules/compute/server-view.ts';
import { ExitCode, RuleError } from '../rules/errors.ts';
import type { RunOptions, Runs } from '../temporal/runs.ts';
import { ComputeCommand } from './compute-command.ts';
import { type CallerFlags, callerFlags } from './flags/caller-flags.ts';
import { type RunFlags, runFlags } from './flags/run-flags.ts';
import { novaSettingsFlags } from './flags/settings-flags.ts';

/** How long the cells may take to show a server that was just made, in milliseconds. */
const SHOW_MS = 8000;

/** The flags of every command that changes a server by a run. */
export const serverChangeFlags = { ...novaSettingsFlags, ...callerFlags, ...runFlags };
export type ServerChangeFlags = RunFlags & CallerFlags;

/** What a change of a server is made with. */
export type ServerChange = { services: ComputeServices; engine: Engine; caller: Caller };

type Run = {
  workflowId: string;
  title: string;
  settling: Settling<ServerOutcome>;
  start: (runs: Runs, options: RunOptions) => Promise<ServerOutcome | null>;
};

/** A command that changes servers, each by a run of its own. */
export abstract class ServerCommand extends ComputeCommand {
  protected changeServers<T>(
    flags: ServerChangeFlags,
    use: (change: ServerChange) => Promise<T>,
    needs: CallerNeeds = 'nothing',
  ): Promise<T> {
    return this.withCaller(flags, (services, engine, caller) => use({ services, engine, caller }), { needs });
  }

  /** Makes a server, and gives it as it is then; null with --no-wait. */
  protected async createServer(
    change: ServerChange,
    flags: ServerChangeFlags,
    { given, userData }: { given: GivenServer; userData: string | null },
  ): Promise<ServerView | null> {
    const { services, engine } = change;
    const caller = change.caller as Owner;
    const [{ newServer }, { settlingOfCreate }] = await Promise.all([
      import('../engine/create-server.ts'),
      import('../engine/settle-server.ts'),
    ]);
    const server = await newServer(engine, given, caller.userId);
    const request = { ...(await this.#requestFor(change, server.uuid)), caller, server };
    if (userData !== null) await services.serverCreation.keepUserData(request.requestId, userData);
    const outcome = await this.#follow(change, flags, {
      workflowId: serverWorkflowId(request.target, server.uuid),
      title: 'server create',
      settling: settlingOfCreate(services, request),
      start: (runs, options) => runs.run('serverCreate', request, { ...options, onConflict: 'refuse' }),
    });
    return outcome && services.serverViewer.show(server.uuid, SHOW_MS).catch(unshown(server.uuid));
  }

  /** Deletes a server by its name or id. */
  protected async deleteServer(change: ServerChange, flags: ServerChangeFlags, name: string): Promise<void> {
    const { services } = change;
    const place = await services.serverFinder.locate(name);
    const host = await services.serverDeletion.assertOurs(place);
    const request = { ...(await this.#requestFor(change, place.uuid)), cell: place.cell?.uuid ?? null, host };
    const { settlingOfDelete } = await import('../engine/settle-server.ts');
    await this.#follow(change, flags, {
      workflowId: serverWorkflowId(request.target, place.uuid),
      title: `server delete ${name}`,
      settling: settlingOfDelete(services, request),
      start: (runs, options) => runs.run('serverDelete', request, { ...options, onConflict: 'refuse' }),
    });
  }

  /** Changes what a server is called and labelled with. */
  protected async setServer(
    change: ServerChange,
    flags: ServerChangeFlags,
    name: string,
    patch: ServerPatch,
  ): Promise<void> {
    const { services } = change;
    const { cell, uuid } = await services.serverFinder.find(name);
    const request = { ...(await this.#requestFor(change, uuid)), cell: cell.uuid, host: null, patch };
    const { settlingOfChange } = await import('../engine/settle-server.ts');
    await this.#follow(change, flags, {
      workflowId: serverSetWorkflowId(request),
      title: `server set ${name}`,
      settling: settlingOfChange(request, () => services.serverUpdate.settle(request)),
      start: (runs, options) => runs.run('serverSet', request, options),
    });
  }

  /** Locks or unlocks a server by its name or id. */
  protected async lockServer(
    change: ServerChange,
    flags: ServerChangeFlags,
    name: string,
    locking: Locking,
  ): Promise<void> {
    const { services } = change;
    const { cell, uuid } = await services.serverFinder.find(name);
    const request = { ...(await this.#requestFor(change, uuid)), cell: cell.uuid, host: null, locking };
    const { settlingOfChange } = await import('../engine/settle-server.ts');
    await this.#follow(change, flags, {
      workflowId: serverLockWorkflowId(request),
      title: `server ${locking.kind} ${name}`,
      settling: settlingOfChange(request, () => services.serverLocks.settle(request)),
      start: (runs, options) => runs.run('serverLock', request, options),
    });
  }

  /** Locks or unlocks many servers by one run, and gives what became of them; null with --no-wait. */
  protected async lockFleet(
    { services, engine, caller }: ServerChange,
    flags: ServerChangeFlags,
    { locking, selection }: Pick<FleetLockRequest, 'locking' | 'selection'>,
  ): Promise<FleetOutcome | null> {
    const request = { ...(await this.#newRequest({ engine, caller })), locking, selection };
    const { settlingOfFleet } = await import('../engine/settle-server.ts');
    const workflowId = fleetLockWorkflowId(request);
    const outcome = await this.followIn<FleetOutcome | null>(
      engine,
      flags,
      workflowId,
      `server ${locking.kind}`,
      (runs, options) => runs.run('serverLockFleet', request, options),
      { settling: settlingOfFleet(services, request) },
    );
    if (outcome === null) this.log(workflowId);
    else if (locking.kind === 'lock' && outcome.cells.some(({ changed }) => changed > 0))
      this.announce(`\`keyward server unlock --run ${workflowId}\` takes these locks off.`);
    return outcome;
  }

  /** Protects a server against its deletion, or (without a reason) takes that off. */
  protected async protectServer(
    change: ServerChange,
    flags: ServerChangeFlags,
    name: string,
    reason: string | null,
  ): Promise<void> {
    const { services } = change;
    const { cell, uuid } = await services.serverFinder.find(name);
    const request = { ...(await this.#requestFor(change, uuid)), cell: cell.uuid, host: null, reason };
    const { settlingOfChange } = await import('../engine/settle-server.ts');
    await this.#follow(change, flags, {
      workflowId: protectWorkflowId(request),
      title: `server ${reason === null ? 'unprotect' : 'protect'} ${name}`,
      settling: settlingOfChange(request, () => services.serverProtecting.settle(request)),
      start: (runs, options) => runs.run('serverProtect', request, options),
    });
  }

  /** Makes what every run on a server is given. */
  async #requestFor(change: ServerChange, uuid: string): Promise<ServerRequest> {
    return { ...(await this.#newRequest(change)), uuid };
  }

  async #newRequest({ engine, caller }: Pick<ServerChange, 'engine' | 'caller'>) {
    return {
      target: await engine.compute.target(),
      requestId: this.newRequestId(),
      requester: this.requester(),
      caller,
    };
  }

  /** Follows the run; with --no-wait it prints the run's id and gives null. */
  async #follow({ engine }: ServerChange, flags: ServerChangeFlags, run: Run): Promise<ServerOutcome | null> {
    const { workflowId, title, settling, start } = run;
    const outcome = await this.followIn(engine, flags, workflowId, title, start, { settling });
    if (outcome === null) this.log(workflowId);
    return outcome;
  }
}

/** It is made all the same, and a script that takes the error for a failure would make another one. */
const unshown = (uuid: string) => (error: unknown) => {
  if (!(error instanceof RuleError)) throw error;
  throw new RuleError(
    'ServerNotShown',
    `The server ${uuid} is made and ACTIVE, but can't be shown: ${error.message}`,
    {
      cure: `\`keyward server show ${uuid}\` shows it later.`,
      exitCode: ExitCode.unavailable,
      outcome: 'changed',
    },
  );
};
