import { readFileSync } from 'node:fs';
import proto from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

/**
 * Replays recorded histories on the built workflows, and prints by file what is wrong with it, or null; a process of its
 * own, since protobuf's types are not jest's.
 */
// What the core logs would stand among what is printed.
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'off' } } });
const workflowBundle = { codePath: 'dist/workflow-bundle.js' };
const found: Record<string, string | null> = {};
for (const file of process.argv.slice(2)) {
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as { [field: string]: unknown };
  const history = proto.temporal.api.history.v1.History.fromObject(recorded);
  found[file] = await Worker.runReplayHistory({ workflowBundle }, history).then(
    () => null,
    (error: Error) => String(error),
  );
}
console.log(JSON.stringify(found));
process.exit(0);
