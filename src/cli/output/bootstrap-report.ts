import type { FormatOptions } from '../flags/format-flags.ts';
import type { BootstrapReport, ReportedChange } from '../../rules/identity/bootstrap/request.ts';
import { ListOutput } from './outputs.ts';

/** The ID is left out of a plan, which knows none of what does not exist yet. */
export type BootstrapRow = { Action: string; Resource: string; Name: string; ID?: string | null };

export const bootstrapOutput = new ListOutput<ReportedChange, BootstrapRow>(
  {
    Action: ({ action }) => action,
    Resource: ({ resource }) => resource,
    Name: ({ name }) => name,
    ID: ({ id }) => id,
  },
  (flags) => (flags['dry-run'] ? ['ID'] : []),
);

/** The changes, or that there are none, on stdout; warnings on stderr. */
export async function printBootstrapReport(report: BootstrapReport, flags: FormatOptions): Promise<void> {
  for (const warning of report.warnings) process.stderr.write(`Warning: ${warning}\n`);
  const isTable = flags.format === 'table';
  if (report.changes.length === 0 && isTable) process.stdout.write('Nothing to change.\n');
  else await bootstrapOutput.print(report.changes, flags);
}
