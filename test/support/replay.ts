import { readFileSync } from 'node:fs';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';

/** This program replays one recorded history on the built workflows; inside jest protobuf's types would not match. */
const recorded = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as { [field: string]: unknown };
const history = proto.temporal.api.history.v1.History.fromObject(recorded);
await Worker.runReplayHistory({ workflowBundle: { codePath: 'dist/workflow-bundle.js' } }, history);
process.exit(0);
