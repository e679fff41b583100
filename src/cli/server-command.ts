import type { Engine } from '../engine/engine.ts';
import type { ComputeServices } from '../engine/open-compute.ts';
import type { Settling } from '../engine/settle-run.ts';
import type { Caller, CallerNeeds } from '../rules/compute/caller.ts';
import type { GivenServer } from '../rules/compute/boot.ts';
import {
  type Owner,
  type ServerOutcome,
  type ServerChangeRequest,
  type ServerRequest,
  serverWorkflowId,
} from '../rules/compute/new-server.ts';
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

/** A change that is made by one step of a run of its own. */
type OneStep<Request> = {
  title: string;
  idOf: (request: Request) => string;
  settle: (request: Request) => Promise<'applied' | 'unchanged'>;
  start: (runs: Runs, request: Request, options: RunOptions) => Promise<ServerOutcome | null>;
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

  /** Changes a server that a cell has by one step; `fields` are what its request says besides. */
  protected async changeInCell<Fields extends object>(
    change: ServerChange,
    flags: ServerChangeFlags,
    name: string,
    fields: Fields,
    { title, idOf, settle, start }: OneStep<ServerChangeRequest & Fields>,
  ): Promise<void> {
    const { cell, uuid } = await change.services.serverFinder.find(name);
    const request = { ...(await this.#requestFor(change, uuid)), cell: cell.uuid, host: null, ...fields };
    const { settlingOfChange } = await import('../engine/settle-server.ts');
    await this.#follow(change, flags, {
      workflowId: idOf(request),
      title: `${title} ${name}`,
      settling: settlingOfChange(request, () => settle(request)),
      start: (runs, options) => start(runs, request, options),
    });
  }

  /** Makes what every run on a server is given. */
  async #requestFor(change: ServerChange, uuid: string): Promise<ServerRequest> {
    return { ...(await this.newRequest(change)), uuid };
  }

  /** The same, of a run that is about no server by name. */
  protected async newRequest({ engine, caller }: Pick<ServerChange, 'engine' | 'caller'>) {
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
