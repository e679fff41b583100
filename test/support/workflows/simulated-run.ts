import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultPayloadConverter as converter, TypedSearchAttributes } from '@temporalio/common';
import { msNumberToTs, tsToMs } from '@temporalio/common/lib/time.js';
import type { coresdk } from '@temporalio/proto';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js';
import type { Workflow } from '@temporalio/worker/lib/workflow/interface.js';
import { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { WorkflowInfo } from '@temporalio/workflow';
import { taskQueue } from '../../../src/rules/target.ts';
import { failureConverter } from '../../../src/workflows/failure-converter.ts';
import { TARGET } from './scenarios.ts';
import { type Attempt, type Fakes, type Resolution, SimulatedStep } from './simulated-step.ts';

type Job = coresdk.workflow_activation.IWorkflowActivationJob;
type Command = coresdk.workflow_commands.IWorkflowCommand;
/** Says what is asked of a workflow, and what its world is like. */
export type Scenario = {
  workflow: string;
  input: unknown;
  fakes: Fakes;
  /** Queues that no worker polls. */
  idleQueues?: string[];
  /** The build that the worker says it is. */
  buildId?: string;
  /** Signals that the run is sent, in ms since it began. */
  signals?: { name: string; at: number }[];
  /** No worker is there between these times: what is due meanwhile happens when one is there again. */
  outage?: { from: number; until: number };
  /** A run that has not ended by then is taken for one that never would; an hour where nothing is said. */
  patienceMs?: number;
};
/** Tells each attempt at the steps, and when (in ms since the run began) and how it ended; an `open` run never would. */
export type Told = { attempts: Attempt[]; at: number } & (
  | { ended: 'completed'; result: unknown }
  | { ended: 'failed'; failure: Error }
  | { ended: 'cancelled' | 'open' }
);

const PATIENCE_MS = 3_600_000;
const RUN = 'simulated';

/** Something that the run waits for, or that is sent to it. */
type Next = { due: number; happen: () => Promise<void> };

/**
 * Runs a built workflow in the SDK's own sandbox, interceptors included, with fake activities and a clock that jumps to
 * what happens next. Nothing is waited for, and no server is needed.
 */
export const simulate = async (asked: Scenario): Promise<Told> =>
  new SimulatedRun(asked, await sandbox(asked.workflow)).told();

class SimulatedRun {
  readonly #asked: Scenario;
  readonly #workflow: Workflow;
  readonly #steps = new Map<number, SimulatedStep>();
  /** When each timer fires. */
  readonly #timers = new Map<number, number>();
  #signals: NonNullable<Scenario['signals']>;
  readonly #attempts: Attempt[] = [];
  #isCancelRequested = false;
  #now = 0;
  #end: Told | null = null;

  constructor(asked: Scenario, workflow: Workflow) {
    this.#asked = asked;
    this.#workflow = workflow;
    this.#signals = asked.signals ?? [];
  }

  async told(): Promise<Told> {
    const { workflow: workflowType, input } = this.#asked;
    const args = input === undefined ? [] : [converter.toPayload(input)];
    await this.#activate({ initializeWorkflow: { workflowType, workflowId: RUN, arguments: args } });
    while (!this.#end) {
      const [next] = this.#waiting().toSorted((one, other) => one.due - other.due);
      if (!next || next.due > (this.#asked.patienceMs ?? PATIENCE_MS))
        this.#end = { ended: 'open', ...this.#sofar() };
      else {
        this.#now = next.due;
        await next.happen();
      }
    }
    await this.#workflow.dispose();
    return this.#end;
  }

  #waiting(): Next[] {
    const signals = this.#signals.map((signal) => ({
      due: this.#worked(signal.at),
      happen: () => this.#send(signal),
    }));
    const timers = [...this.#timers].map(([seq, due]) => ({
      due: this.#worked(due),
      happen: () => this.#fire(seq),
    }));
    const steps = [...this.#steps].map(([seq, step]) => ({
      due: this.#worked(step.due),
      happen: () => this.#pass(seq, step),
    }));
    return [...signals, ...timers, ...steps];
  }

  /** When a worker is there for what is due at that time. */
  #worked(due: number): number {
    const { from, until } = this.#asked.outage ?? { from: 0, until: 0 };
    return due >= from && due < until ? until : due;
  }

  #send(signal: { name: string; at: number }): Promise<void> {
    this.#signals = this.#signals.filter((other) => other !== signal);
    return this.#activate({ signalWorkflow: { signalName: signal.name, input: [], headers: {} } });
  }

  #fire(seq: number): Promise<void> {
    this.#timers.delete(seq);
    return this.#activate({ fireTimer: { seq } });
  }

  /** Lets what happens next to a step happen. */
  async #pass(seq: number, step: SimulatedStep): Promise<void> {
    step.due = this.#now;
    let isCancelled = false;
    const conclude = await step.happen(this.#asked.fakes, (made) => {
      const attempt = { ...made, cancel: async () => void (isCancelled = true) };
      this.#attempts.push(attempt);
      return attempt;
    });
    if (isCancelled && !this.#isCancelRequested) {
      this.#isCancelRequested = true;
      await this.#activate({ cancelWorkflow: {} });
    }
    if (this.#steps.has(seq)) await this.#resolve(seq, conclude());
  }

  async #resolve(seq: number, result: Resolution | null): Promise<void> {
    if (!result || this.#end) return;
    this.#steps.delete(seq);
    await this.#activate({ resolveActivity: { seq, result } });
  }

  async #activate(job: Job): Promise<void> {
    const { buildId } = this.#asked;
    const { successful, failed } = await this.#workflow.activate({
      runId: RUN,
      timestamp: msNumberToTs(this.#now),
      historyLength: 1,
      jobs: [job],
      ...(buildId && { deploymentVersionForCurrentTask: { deploymentName: 'keyward', buildId } }),
    });
    if (failed) throw failureConverter.failureToError(failed.failure!, converter);
    for (const command of successful!.commands!) await this.#obey(command);
  }

  async #obey(command: Command): Promise<void> {
    const {
      scheduleActivity: step,
      requestCancelActivity: stop,
      startTimer: timer,
      cancelTimer: stoppedTimer,
      completeWorkflowExecution: completed,
    } = command;
    if (step) {
      const hasWorker = !this.#asked.idleQueues?.includes(step.taskQueue!);
      this.#steps.set(step.seq!, new SimulatedStep(step, this.#now, hasWorker));
    } else if (timer) {
      this.#timers.set(timer.seq!, this.#now + tsToMs(timer.startToFireTimeout));
    } else if (stoppedTimer) {
      this.#timers.delete(stoppedTimer.seq!);
    } else if (stop) {
      await this.#resolve(stop.seq!, this.#steps.get(stop.seq!)?.cancel() ?? null);
    } else if (completed) {
      this.#end = { ended: 'completed', result: converter.fromPayload(completed.result!), ...this.#sofar() };
    } else if (command.failWorkflowExecution) {
      const failure = failureConverter.failureToError(command.failWorkflowExecution.failure!, converter);
      this.#end = { ended: 'failed', failure, ...this.#sofar() };
    } else if (command.cancelWorkflowExecution) {
      this.#end = { ended: 'cancelled', ...this.#sofar() };
    } else throw new Error(`The simulation knows no ${JSON.stringify(command)}.`);
  }

  #sofar(): Pick<Told, 'attempts' | 'at'> {
    return { attempts: this.#attempts, at: this.#now };
  }
}

let creator: Promise<VMWorkflowCreator> | undefined;

async function sandbox(workflowType: string): Promise<Workflow> {
  const file = path.resolve('dist/workflow-bundle.js');
  creator ??= VMWorkflowCreator.create(parseWorkflowCode(readFileSync(file, 'utf8'), file), 5000, new Set());
  const info: WorkflowInfo = {
    workflowId: RUN,
    runId: RUN,
    workflowType,
    searchAttributes: {},
    typedSearchAttributes: new TypedSearchAttributes(),
    taskQueue: taskQueue(TARGET),
    namespace: 'default',
    firstExecutionRunId: RUN,
    originalExecutionRunId: RUN,
    startTime: new Date(0),
    runStartTime: new Date(0),
    taskTimeoutMs: 10_000,
    attempt: 1,
    historyLength: 1,
    historySize: 0,
    continueAsNewSuggested: false,
    unsafe: { isReplaying: false },
  } as unknown as WorkflowInfo;
  return (await creator).createWorkflow({
    info,
    randomnessSeed: [1, 2, 3, 4, 5, 6, 7, 8],
    now: 0,
    showStackTraceSources: false,
  });
}
