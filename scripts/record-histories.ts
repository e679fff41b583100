import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { resolveHome } from '../src/config/home.ts';
import { stopParts } from '../src/daemons/parts.ts';
import { connectionSettings, connectNative } from '../src/temporal/connection.ts';
import { ensureTemporal } from '../src/daemons/temporal-server/server.ts';
import { hostTaskQueue, taskQueue } from '../src/rules/target.ts';
import type * as workflows from '../src/workflows/index.ts';

/**
 * Records what each workflow does with fake activities, unencrypted, for `test/unit/workflows/replay.test.ts`.
 * Run it when a workflow is new; a history that is there is the past, and is kept.
 */
const target = '0123456789ab';
const report = {
  requestId: 'r',
  changes: [{ action: 'create', resource: 'role', name: 'reader', id: null }],
  warnings: [],
  userCreated: true,
};
const check = (id: string, needs: string) => ({ id, order: 1, title: id, needs, remedy: 'x' });
const activities = (changes: object[]) => ({
  planBootstrap: async () => ({ ...report, changes }),
  applyBootstrap: async () => report,
  listChecks: async () => [check('a', 'database'), check('b', 'files')],
  runCheck: async ({ id }: { id: string }) => ({ id, title: id, code: 0, details: null, remedy: null }),
});
type Scenarios = Record<string, { changes: object[] }>;
/** Says for each workflow's histories, by their names, what its activities find. The types want every workflow here. */
const scenarios: Record<Exclude<keyof typeof workflows, 'default'>, Scenarios> = {
  bootstrap: {
    bootstrap: { changes: report.changes },
    'bootstrap-nothing-to-do': { changes: [] },
  },
  upgradeCheck: { 'upgrade-check': { changes: [] } },
};
const missing = Object.entries(scenarios)
  .flatMap(([workflow, named]) =>
    Object.entries(named).map(([name, { changes }]) => ({ workflow, name, changes })),
  )
  .filter(({ name }) => !existsSync(fileOf(name)));

const dir = mkdtempSync(path.join(tmpdir(), 'keyward-histories-'));
const home = resolveHome({ ...process.env, KEYWARD_HOME: dir });
const { address } = await ensureTemporal(home, console.error);
const endpoint = { local: address, env: {} };
const { options } = await connectionSettings(endpoint);
const client = new Client({ connection: await Connection.connect(options) });
const connection = await connectNative(endpoint);
for (const { workflow, name, changes } of missing) {
  const shared = { connection, activities: activities(changes) };
  const workflowBundle = { codePath: path.resolve('dist/workflow-bundle.js') };
  const main = await Worker.create({ ...shared, taskQueue: taskQueue(target), workflowBundle });
  const host = await Worker.create({ ...shared, taskQueue: hostTaskQueue(target, 'host') });
  const running = [main.run(), host.run()];
  const args = [
    { target, requestId: name, suite: 'keystone', hostname: 'host', configFiles: [], configDirs: [] },
  ];
  const handle = await client.workflow.start(workflow, {
    workflowId: name,
    taskQueue: taskQueue(target),
    args,
  });
  await handle.result();
  const history = proto.temporal.api.history.v1.History.create(await handle.fetchHistory());
  writeFileSync(fileOf(name), `${JSON.stringify(history, null, 1)}\n`);
  for (const worker of [main, host]) worker.shutdown();
  await Promise.all(running);
}
await connection.close();
await client.connection.close();
await stopParts(home);
rmSync(dir, { recursive: true, force: true });

function fileOf(name: string): string {
  return `test/unit/workflows/histories/${name}.json`;
}
