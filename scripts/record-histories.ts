import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { resolveHome } from '../src/config/home.ts';
import { stopParts } from '../src/daemons/parts.ts';
import { connectionSettings, connectNative } from '../src/temporal/connection.ts';
import { ensureTemporal } from '../src/daemons/temporal-server/server.ts';
import { taskQueue } from '../src/rules/target.ts';
import { GUEST_QUEUE, HOST_QUEUE, recorded, TARGET } from '../test/support/workflows/scenarios.ts';
import type { Scenario } from '../test/support/workflows/simulated-run.ts';
import type { Fakes } from '../test/support/workflows/simulated-step.ts';

/**
 * Records what the workflows do in each scenario on a real Temporal, unencrypted, for `test/unit/workflows`. Run it when
 * a workflow or a scenario is new; a history that is there is the past, and is kept.
 */
const workflowBundle = { codePath: path.resolve('dist/workflow-bundle.js') };
const missing = Object.entries(recorded)
  .flatMap(([workflow, named]) =>
    Object.entries(named).map(([name, scenario]) => ({ name, scenario: { workflow, ...scenario } })),
  )
  .filter(({ name }) => !existsSync(fileOf(name)));

const dir = mkdtempSync(path.join(tmpdir(), 'keyward-histories-'));
const home = resolveHome({ ...process.env, KEYWARD_HOME: dir });
const { address } = await ensureTemporal(home, console.error);
const endpoint = { local: address, env: {} };
const { options } = await connectionSettings(endpoint);
const client = new Client({ connection: await Connection.connect(options) });
const connection = await connectNative(endpoint);
for (const { name, scenario } of missing) await record(name, scenario);
await connection.close();
await client.connection.close();
await stopParts(home);
rmSync(dir, { recursive: true, force: true });

async function record(name: string, { workflow, input, fakes, idleQueues }: Scenario): Promise<void> {
  const shared = { connection, activities: asActivities(name, fakes) };
  const workers = [await Worker.create({ ...shared, taskQueue: taskQueue(TARGET), workflowBundle })];
  for (const queue of idleQueues ? [] : [HOST_QUEUE, GUEST_QUEUE])
    workers.push(await Worker.create({ ...shared, taskQueue: queue }));
  const running = workers.map((worker) => worker.run());
  const handle = await client.workflow.start(workflow, {
    workflowId: name,
    taskQueue: taskQueue(TARGET),
    args: [input],
  });
  await handle.result().catch((error: Error) => console.error(`${name}: ${error.message}`));
  const history = proto.temporal.api.history.v1.History.create(await handle.fetchHistory());
  // Stacks of failures name this folder.
  const text = JSON.stringify(history, null, 1).replaceAll(`${pathToFileURL('.').href}/`, '');
  writeFileSync(fileOf(name), `${text}\n`);
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
}

function asActivities(workflowId: string, fakes: Fakes) {
  const cancel = async (): Promise<void> => void (await client.workflow.getHandle(workflowId).cancel());
  const steps = Object.entries(fakes).map(([step, fake]) => [
    step,
    (input: unknown, claim: unknown) => {
      const { attempt, taskQueue: queue } = Context.current().info;
      return fake(input, claim, { step, queue, attempt, at: NaN, cancel });
    },
  ]);
  return Object.fromEntries(steps) as Record<string, (...args: unknown[]) => Promise<unknown>>;
}

function fileOf(name: string): string {
  return `test/unit/workflows/histories/${name}.json`;
}
