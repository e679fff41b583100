import { Flags } from '@oclif/core';
import { EngineCommand, settingsFlags } from '../../cli/engine-command.ts';
import { assertColumns, formatFlags, type Row } from '../../cli/output/formats.ts';
import { printPages } from '../../cli/output/pages.ts';
import { limitFlag } from '../../cli/flags/resource-flags.ts';
import type { AuditRow } from '../../services/audit/audit-service.ts';

const COLUMNS = [
  'Time',
  'Operation',
  'Action',
  'Resource',
  'Name',
  'ID',
  'User',
  'Sudo User',
  'Host',
  'Request',
];

export default class AuditList extends EngineCommand {
  static override summary =
    'List what was changed, newest first: what, when, and by whom as the command stated it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --limit 20 --long -f json',
  ];
  static override flags = {
    ...settingsFlags,
    ...formatFlags,
    ...limitFlag,
    'request-id': Flags.string({ description: 'only what this request changed' }),
    long: Flags.boolean({ description: 'also show what was there before and after' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditList);
    const columns = flags.long ? [...COLUMNS, 'Before', 'After'] : COLUMNS;
    assertColumns(columns, flags);
    const request = { requestId: flags['request-id'] };
    await this.withIdentity(flags, ({ audit }) =>
      printPages(
        (limit) => audit.list({ ...request, limit }),
        { headings: columns, row, next: () => 'ask for more with `--limit`, or ' },
        flags,
        this.announce,
      ),
    );
  }
}

const row = (entry: AuditRow): Row => ({
  Time: entry.occurredAt.toISOString(),
  Operation: entry.operation,
  Action: entry.action,
  Resource: entry.resourceType,
  Name: entry.resourceName,
  ID: entry.resourceId,
  User: entry.requesterUser,
  'Sudo User': entry.requesterSudoUser,
  Host: entry.requesterHost,
  Request: entry.requestId,
  Before: entry.before,
  After: entry.after,
});
