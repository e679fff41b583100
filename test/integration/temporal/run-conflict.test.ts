import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { ensureTemporal } from '../../../src/daemons/temporal-server/server.ts';
import type { RuleError } from '../../../src/rules/errors.ts';
import { PatientCalls } from '../../../src/temporal/patient-calls.ts';
import { type OnConflict, startRun } from '../../../src/temporal/run-start.ts';
import { EncryptionCodec } from '../../../src/temporal/payload-codec.ts';
import { loadPayloadKey } from '../../../src/temporal/payload-key.ts';
import { localClientOptions } from '../../../src/temporal/local-socket.ts';
import { EngineHome } from '../../support/home/engine-home.ts';

const target = '0123456789ab';
const workflowId = `${target}/server/x`;
let engine: EngineHome;
let client: Client;
beforeAll(async () => {
  engine = new EngineHome();
  const { address } = await ensureTemporal(engine.home, () => {});
  const key = await loadPayloadKey(engine.dir, {});
  client = new Client({
    connection: await Connection.connect(await localClientOptions(address)),
    dataConverter: { payloadCodecs: [new EncryptionCodec(key, 'client')] },
  });
});
afterAll(async () => {
  await client.connection.close();
  await engine.remove();
});

const door = { client: async () => client, explain: (error: unknown) => error };
const start = (requestId: string, onConflict: OnConflict): Promise<void> => {
  const calls = new PatientCalls(door, () => {}, AbortSignal.timeout(60_000));
  const requester = { user: 'ann', sudoUser: null, host: 'node1' };
  const input = { target, requestId, requester, workflow: 'bootstrap', askedAt: '2026-01-31T10:00:00Z' };
  return startRun(calls, { workflowId, target, input, onConflict });
};
const openRun = () => client.workflow.getHandle(workflowId).describe();
const refusal = (requestId: string): Promise<RuleError> =>
  start(requestId, 'refuse').then(
    () => Promise.reject(new Error('it was not refused')),
    (error: RuleError) => error,
  );

it('a second request for an id that is a lock is refused, naming the run, who started it and since when', async () => {
  await start('one', 'refuse');
  const { runId, startTime } = await openRun();
  expect(await refusal('two')).toMatchObject({
    name: 'RunUnderWay',
    message: `The run ${workflowId} is under way since ${startTime.toISOString()}, started by ann on node1.`,
    exitCode: 1,
    outcome: 'unchanged',
  });
  expect((await openRun()).runId).toBe(runId);
});

it('a start whose answer was lost is repeated without being taken for another request', async () => {
  const { runId } = await openRun();
  await start('one', 'refuse');
  expect((await openRun()).runId).toBe(runId);
});

it('whoever joins follows the run that is there', async () => {
  const { runId } = await openRun();
  await start('one', 'join');
  expect((await openRun()).runId).toBe(runId);
});

it('once the run has ended, another request gets the id', async () => {
  const { runId } = await openRun();
  await client.workflow.getHandle(workflowId).terminate();
  await start('two', 'refuse');
  const { runId: second, status } = await openRun();
  expect([second === runId, status.name]).toEqual([false, 'RUNNING']);
});
