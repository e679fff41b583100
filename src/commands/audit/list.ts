import { Flags } from '@oclif/core';
import { EngineCommand, settingsFlags } from '../../engine/engine-command.ts';
import { assertColumns, formatFlags, printList } from '../../output/formats.ts';

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
    limit: Flags.integer({ description: 'at most this many', default: 100, min: 1 }),
    'request-id': Flags.string({ description: 'only what this request changed' }),
    long: Flags.boolean({ description: 'also show what was there before and after' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditList);
    const columns = flags.long ? [...COLUMNS, 'Before', 'After'] : COLUMNS;
    assertColumns(columns, flags);
    const filter = { limit: flags.limit, requestId: flags['request-id'] };
    const entries = await this.withIdentity(flags, ({ audit }) => audit.list(filter));
    const rows = entries.map((entry) => ({
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
    }));
    await printList(rows, columns, flags);
  }
}
