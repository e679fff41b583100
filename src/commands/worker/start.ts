import { createServer } from 'node:net';
import { unlink } from 'node:fs/promises';
import { ExitCode } from '../../rules/errors.ts';
import { EngineCommand, settingsFlags } from '../../engine/engine-command.ts';
import { logLine } from '../../engine/worker-log.ts';

export default class WorkerStart extends EngineCommand {
  static override summary = 'Work on runs until stopped.';
  static override description =
    'Serves the identity database that the settings name. SIGTERM and Ctrl-C let what is under way finish first. ' +
    'On one machine nothing needs this: commands start a local worker by themselves.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'TEMPORAL_ADDRESS=temporal.example:7233 <%= config.bin %> <%= command.id %> --config-file /etc/keystone/keystone.conf',
  ];
  static override flags = settingsFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(WorkerStart);
    await this.withEngine(flags, async (engine) => {
      const worker = await engine.hostWorker();
      const close = await this.#tellReady();
      await worker.finished.finally(close);
    });
  }

  /** Its standard error is a log. */
  protected override announce = (line: string): void => this.#log('INFO', line);
  protected override tellError = (text: string): void => this.#log('ERROR', text);

  #log(level: 'INFO' | 'ERROR', message: string): void {
    process.stderr.write(`${logLine({ level, message })}\n`);
  }

  protected override farewell(): string {
    return 'Stopping: steps under way may finish, for 10 s; a second signal ends the worker at once.';
  }

  /** Being stopped is how a worker is meant to end. */
  protected override exitCodeAfter = (): number => ExitCode.done;

  /** The local engine waits for this socket, and notices by it when the worker has died. */
  async #tellReady(): Promise<() => Promise<void>> {
    this.announce('The worker is ready.');
    const socketPath = process.env['KEYWARD_WORKER_SOCKET'];
    if (!socketPath) return async () => {};
    await unlink(socketPath).catch(() => {});
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .unref(),
    ).listen(socketPath);
    return async () => void server.close();
  }
}
