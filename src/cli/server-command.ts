import type { Engine } from '../engine/engine.ts';
import type { ComputeServices } from '../engine/open-compute.ts';
import type { Settling } from '../engine/settle-run.ts';
import type { Caller, CallerNeeds } from '../rules/compute/caller.ts';
import type { ServerOutcome, ServerRequest } from '../rules/compute/new-server.ts';
import { serverWorkflowId } from '../rules/compute/new-server.ts';
import type { RunOptions, Runs } from '../temporal/runs.ts';
import { ComputeCommand } from './compute-command.ts';
import { type CallerFlags, callerFlags } from './flags/caller-flags.ts';
import { type RunFlags, runFlags } from './flags/run-flags.ts';
import { novaSettingsFlags } from './flags/settings-flags.ts';

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

  /** Makes what every run on a server is given. */
  protected async requestFor({ engine, caller }: ServerChange, uuid: string): Promise<ServerRequest> {
    return {
      target: await engine.compute.target(),
      requestId: this.newRequestId(),
      requester: this.requester(),
      caller,
      uuid,
    };
  }

  /** Follows the run; with --no-wait it prints the run's id and gives null. */
  protected async followServer(
    { engine }: ServerChange,
    flags: ServerChangeFlags,
    { workflowId, title, settling, start }: Run,
  ): Promise<ServerOutcome | null> {
    const outcome = await this.followIn(engine, flags, workflowId, title, start, { settling });
    if (outcome === null) this.log(workflowId);
    return outcome;
  }
}

/** Only one run at a time creates or deletes a server: the id of its run is a lock. */
export const lockOf = ({ target, uuid }: ServerRequest): string => serverWorkflowId(target, uuid);
