import type { OnRunEvent, RunEvent } from '../../rules/run-event.ts';

/** Shows a run's progress on stderr: live on a terminal, in plain lines elsewhere, so that cron mail reads well. */
export type Progress = { onEvent: OnRunEvent; finish(how: 'done' | 'failed' | 'left'): Promise<void> };

export async function openProgress(
  title: string,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<Progress> {
  return stream.isTTY ? liveProgress(title) : plainProgress(title, stream);
}

function plainProgress(title: string, stream: NodeJS.WriteStream): Progress {
  return {
    onEvent: (event) => {
      const line = describe(event);
      if (line) stream.write(`${title}: ${line}\n`);
    },
    finish: async () => {},
  };
}

async function liveProgress(title: string): Promise<Progress> {
  const { DefaultRenderer, Listr, ListrLogger, ProcessOutput } = await import('listr2');
  const ended = Promise.withResolvers<void>();
  let show = (_line: string): void => {};
  let leave = (): void => {};
  /** listr2 takes a redirected stdout for "no terminal", and would write plain progress among the result. */
  class StderrRenderer extends DefaultRenderer {
    static override nonTTY = true;
  }
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const list = new Listr(
    {
      title,
      task: (_context, task) => {
        show = (line) => (task.output = line);
        leave = () => task.skip();
        return ended.promise;
      },
    },
    {
      renderer: StderrRenderer,
      rendererOptions: { logger, suffixSkips: false },
      registerSignalListeners: false,
      exitOnError: false,
    },
  );
  const drawn = list.run();
  return {
    onEvent: (event) => {
      const line = describe(event);
      if (line) show(line);
    },
    // listr2 holds back whatever else is written until the list has ended.
    finish: async (how) => {
      if (how === 'left') leave();
      // An error's message is shown in place of the title.
      if (how === 'failed') ended.reject(new Error(title));
      else ended.resolve();
      await drawn.catch(() => {});
    },
  };
}

function describe(event: RunEvent): string | null {
  if (event.kind === 'run-started') return `run ${event.workflowId} started`;
  if (event.kind === 'waiting') return `waiting for ${event.what}`;
  if (event.kind === 'step-started') return `${event.step} …`;
  if (event.kind !== 'step-done' && event.kind !== 'step-failed') return null;
  const attempts = event.attempt > 1 ? ` (attempt ${event.attempt})` : '';
  return `${event.step}: ${event.kind === 'step-done' ? 'done' : 'failed'}${attempts}`;
}
