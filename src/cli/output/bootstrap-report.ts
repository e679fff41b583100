import type { BootstrapReport } from '../../rules/identity/bootstrap/request.ts';
import { printList, type FormatOptions } from './formats.ts';

/** A plan knows no ids yet. */
export const bootstrapColumns = (isPlan: boolean): string[] => [
  'Action',
  'Resource',
  'Name',
  ...(isPlan ? [] : ['ID']),
];

/** The changes, or that there are none, on stdout; warnings on stderr. */
export async function printBootstrapReport(
  report: BootstrapReport,
  columns: string[],
  options: FormatOptions,
): Promise<void> {
  for (const warning of report.warnings) process.stderr.write(`Warning: ${warning}\n`);
  const rows = report.changes.map(({ action, resource, name, id }) => ({
    Action: action,
    Resource: resource,
    Name: name,
    ID: id,
  }));
  const isTable = options.format === 'table';
  if (rows.length === 0 && isTable) process.stdout.write('Nothing to change.\n');
  else await printList(rows, columns, options);
}
