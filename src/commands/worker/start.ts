import { Flags } from '@oclif/core';
import { ExitCode } from '../../rules/errors.ts';
import { EngineCommand } from '../../cli/engine-command.ts';
import { bothSettingsFlags } from '../../cli/flags/settings-flags.ts';
import { logLine } from '../../rules/log-line.ts';
import { type ServiceName, serviceNames } from '../../rules/service.ts';

export default class WorkerStart extends EngineCommand {
  static override services = serviceNames;
  static override summary = 'Work on runs until stopped.';
  static override description =
    'Serves the services whose configuration is named, or those that the embedded PostgreSQL has. SIGTERM and Ctrl-C ' +
    'let what is under way finish first. On one machine nothing needs this: commands start a local worker by themselves.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'TEMPORAL_ADDRESS=temporal.example:7233 <%= config.bin %> <%= command.id %> --config-file /etc/keystone/keystone.conf',
    'TEMPORAL_ADDRESS=temporal.example:7233 <%= config.bin %> <%= command.id %> --service compute --nova-config-file /etc/nova/nova.conf',
  ];
  static override flags = {
    ...bothSettingsFlags,
    service: Flags.option({ options: serviceNames, multiple: true, multipleNonGreedy: true })({
      description: 'serve this one; may be given twice. Without it: each that is configured',
    }),
    'compute-driver': Flags.option({ options: ['local', 'none'] as const })({
      description:
        'run servers on this host: `local` lays them down in the home, `none` runs none; alone it is local if nothing is said',
      helpGroup: 'SERVERS',
    }),
    cell: Flags.string({
      description: 'the cell that this host is in (name or uuid); needed where there are several',
      helpGroup: 'SERVERS',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(WorkerStart);
    const socketPath = process.env['KEYWARD_WORKER_SOCKET'] || null;
    const computeHost = {
      ...(flags['compute-driver'] && { driver: flags['compute-driver'] }),
      ...(flags.cell && { cell: flags.cell }),
    };
    await this.withEngine(
      flags,
      (engine) => engine.work(socketPath, () => this.announce('The worker is ready.')),
      { computeHost },
    );
  }

  protected override servicesOf({
    service,
  }: {
    service?: ServiceName[] | undefined;
  }): readonly ServiceName[] {
    return service?.length ? service : serviceNames;
  }

  /** Its standard error is a log. */
  protected override announce = (line: string): void => this.#log('INFO', line);
  protected override tellError = (text: string): void => this.#log('ERROR', text);

  #log(level: 'INFO' | 'ERROR', message: string): void {
    process.stderr.write(`${logLine(new Date(), { level, message })}\n`);
  }

  protected override farewell(): string {
    return 'Stopping: steps under way may finish, for 10 s; a second signal ends the worker at once.';
  }

  /** Being stopped is how a worker is meant to end. */
  protected override exitCodeAfter = (): number => ExitCode.done;
}
