import { Flags } from '@oclif/core';
import { EngineCommand } from '../../cli/engine-command.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { type ServiceName, serviceNames } from '../../rules/service.ts';
import { formatFlags } from '../../cli/flags/format-flags.ts';
import { ListOutput } from '../../cli/output/outputs.ts';
import { type CellMapping, nameOf } from '../../rules/compute/cell.ts';
import { ExitCode, type RuleError } from '../../rules/errors.ts';
import { printPages } from '../../cli/output/pages.ts';
import { limitFlag } from '../../cli/flags/resource-flags.ts';
import type { AuditRow } from '../../services/audit/audit-service.ts';

/** `Time` is ISO 8601 in UTC; who changed it is the account of the operating system. */
export type AuditListRow = {
  Time: string;
  Operation: string;
  Action: string;
  Resource: string;
  Name: string;
  ID: string | null;
  User: string;
  'Sudo User': string | null;
  Host: string;
  Request: string;
  Before?: unknown;
  After?: unknown;
};

const output = new ListOutput<AuditRow, AuditListRow>(
  {
    Time: (entry) => entry.occurredAt.toISOString(),
    Operation: (entry) => entry.operation,
    Action: (entry) => entry.action,
    Resource: (entry) => entry.resourceType,
    Name: (entry) => entry.resourceName,
    ID: (entry) => entry.resourceId ?? null,
    User: (entry) => entry.requesterUser,
    'Sudo User': (entry) => entry.requesterSudoUser ?? null,
    Host: (entry) => entry.requesterHost,
    Request: (entry) => entry.requestId,
    Before: (entry) => entry.before,
    After: (entry) => entry.after,
  },
  ({ long }) => (long ? [] : ['Before', 'After']),
);

export default class AuditList extends EngineCommand {
  static override services = serviceNames;
  static override summary =
    'List what was changed, newest first: what, when, and by whom as the command stated it.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --limit 20 --long -f json',
    '<%= config.bin %> <%= command.id %> --service compute',
  ];
  static override output = output;
  static override results = [ExitCode.done, ExitCode.unavailable];
  static override flags = {
    ...bothSettingsFlags,
    ...formatFlags,
    ...limitFlag,
    service: Flags.option({ options: serviceNames })({
      description:
        "whose databases; without it Keystone's, or those of Nova and its cells where only a Nova is named",
    }),
    'request-id': Flags.string({ description: 'only what this request changed' }),
    long: Flags.boolean({ description: 'also show what was there before and after' }),
  };

  protected override servicesOf({ service }: { service?: ServiceName | undefined }): readonly ServiceName[] {
    return service ? [service] : serviceNames;
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditList);
    AuditList.output.assertColumns(flags);
    const request = { requestId: flags['request-id'] };
    await this.withEngine(flags, async (engine) => {
      const { audit } = await engine[flags.service ?? engine.named()[0]!.name].services();
      const unread = ({ cell, error }: { cell: CellMapping; error: RuleError }): void => {
        this.announce(
          `What was changed in cell ${nameOf(cell)} is not known: ${error.message} ${error.cure}`,
        );
        this.endWith(ExitCode.unavailable);
      };
      await printPages((limit) => audit.list({ ...request, limit }, unread), AuditList.output, flags, {
        announce: this.announce,
        next: () => 'ask for more with `--limit`, or ',
      });
    });
  }
}
