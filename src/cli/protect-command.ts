import { protectWorkflowId } from '../rules/compute/server-protection.ts';
import { type ServerChange, type ServerChangeFlags, ServerCommand } from './server-command.ts';

/** A command that protects servers against their deletion, or takes that off. */
export abstract class ProtectCommand extends ServerCommand {
  /** Without a reason it is taken off. */
  protected async protectServer(
    change: ServerChange,
    flags: ServerChangeFlags,
    name: string,
    reason: string | null,
  ): Promise<void> {
    const { serverProtecting } = change.services;
    await this.changeInCell(
      change,
      flags,
      name,
      { reason },
      {
        title: reason === null ? 'server unprotect' : 'server protect',
        idOf: protectWorkflowId,
        settle: (request) => serverProtecting.settle(request),
        start: (runs, request, options) => runs.run('serverProtect', request, options),
      },
    );
  }
}
