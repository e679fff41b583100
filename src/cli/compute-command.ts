import { Flags } from '@oclif/core';
import type { ComputeServices } from '../engine/open-compute.ts';
import type { GivenCell } from '../engine/create-cell.ts';
import type { Engine, Waits } from '../engine/engine.ts';
import type { Caller, CallerNeeds } from '../rules/compute/caller.ts';
import { type FromCells, nameOf } from '../rules/compute/cell.ts';
import { ExitCode, RuleError } from '../rules/errors.ts';
import { EngineCommand } from './engine-command.ts';
import { type CallerFlags, statedCaller } from './flags/caller-flags.ts';
import { type DatabaseFlags, LONGEST_TIMEOUT, type SettingsFlags } from './flags/settings-flags.ts';
import { type CellRecord, cellRecord } from './output/cell-views.ts';

/** How long all cells together may take, for a command that asks them; `seconds` if nothing is said. */
export const deadlineFlag = (seconds: number) => ({
  timeout: Flags.integer({
    description: 'seconds for all cells together; what has not answered by then is told of, and exit 69',
    default: seconds,
    min: 1,
    max: LONGEST_TIMEOUT,
    helpGroup: 'CONFIGURATION',
  }),
});

/** A command on Nova's databases. */
export abstract class ComputeCommand extends EngineCommand {
  static override services = ['compute'] as const;

  /** Opens the services of Nova's API database and its cells, without Temporal. */
  protected withCompute<T>(
    flags: SettingsFlags,
    use: (services: ComputeServices, engine: Engine) => Promise<T>,
    waits: Waits,
  ): Promise<T> {
    return this.withEngine(
      flags,
      async (engine) => {
        await assertMade(engine);
        return use(await engine.compute.services(), engine);
      },
      waits,
    );
  }

  /** Opens them for a command that acts for somebody, whom its flags state (`callerFlags`). */
  protected withCaller<T>(
    flags: SettingsFlags & CallerFlags,
    use: (services: ComputeServices, engine: Engine, caller: Caller) => Promise<T>,
    { needs, ...waits }: Waits & { needs: CallerNeeds },
  ): Promise<T> {
    const stated = statedCaller(flags);
    const act = async (services: ComputeServices, engine: Engine): Promise<T> => {
      const { callerOf } = await import('../engine/caller.ts');
      return use(services, engine, await callerOf(engine, stated, needs));
    };
    return this.withCompute(flags, act, waits);
  }

  /** Asks the API database and the cells; what is not answered after `--timeout` is not waited for any longer. */
  protected askCompute<T>(
    flags: SettingsFlags & { timeout: number },
    ask: (services: ComputeServices, deadlineMs: number) => Promise<T>,
  ): Promise<T> {
    return this.withCompute(flags, (services) => ask(services, flags.timeout * 1000), {
      deadlineSeconds: flags.timeout,
    });
  }

  /** Tells of a cell that has not answered, of which `what` are missing in what is printed. */
  protected tellUnseen =
    (what: string) =>
    ({ cell, error }: FromCells<unknown>['failures'][number]): void => {
      this.endWith(ExitCode.unavailable);
      const cure = this.configuredText(error.cure);
      this.announce(`Warning: ${what} of cell ${nameOf(cell)} are missing: ${error.message} ${cure}`);
    };

  /** Maps a cell, and says on stderr what is left to do. */
  protected createCell(flags: DatabaseFlags, given: GivenCell): Promise<CellRecord> {
    const announce = (line: string): void => this.announce(this.configuredText(line));
    const making = { actor: this.newActor(), announce };
    return this.withCompute(
      flags,
      async ({ cellService }, engine) => {
        const { createCell } = await import('../engine/create-cell.ts');
        const cell = await createCell(engine, given, making);
        return cellRecord(cell, cellService.urlsOf(cell));
      },
      { lockSeconds: flags.timeout },
    );
  }
}

/** Nothing makes the embedded databases of Nova by the way: a home may be for a Keystone alone. */
async function assertMade({ compute }: Engine): Promise<void> {
  if (await compute.isThere()) return;
  throw new RuleError('SchemaMissing', 'The embedded PostgreSQL has no databases of Nova yet.', {
    cure: 'Run `keyward db sync compute`, or name the nova.conf of a Nova with --config-file.',
  });
}
