import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { Unavailable } from '../rules/errors.ts';
import { EncryptionCodec } from './payload-codec.ts';
import type { PayloadKey } from './payload-key.ts';
import { isSocketAddress } from '../rules/temporal-address.ts';
import { connectNativeSocket, localClientOptions } from './local-socket.ts';
import { reasonOf, unreachable } from './errors.ts';

type IHistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Where Temporal is; where `local` is null, `TEMPORAL_*` and a Temporal profile say it (TLS and API key included). */
export type TemporalEndpoint = { local: string | null; env: NodeJS.ProcessEnv };

/** Gives the connection options, which client and worker share, and the namespace. */
export async function connectionSettings({ local, env }: TemporalEndpoint) {
  if (local) return { options: await localClientOptions(local), namespace: 'default' };
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  const overrideEnvVars = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  try {
    const config = loadClientConnectConfig({ overrideEnvVars: overrideEnvVars as Record<string, string> });
    return { options: config.connectionOptions, namespace: config.namespace ?? 'default' };
  } catch (error) {
    throw new Unavailable(
      'TemporalSettingsUnusable',
      `Temporal's settings can't be used: ${reasonOf(error)}.`,
      'Check the TEMPORAL_* variables and the profile that they name.',
    );
  }
}

/** Everything that goes to Temporal passes one codec and one failure converter. */
export const dataConverter = (codec: EncryptionCodec) => ({
  payloadCodecs: [codec],
  failureConverterPath: new URL(import.meta.resolve('../workflows/failure-converter.js')).pathname,
});

/** Reads payloads of a history, to be shown and never to be acted on; what nobody can read is undefined. */
export function revealPayloads(client: Client, payloads: object[]): unknown[] {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  const codec = payloadCodecs[0] as EncryptionCodec;
  return codec.reveal(payloads).map((payload) => payload && payloadConverter.fromPayload(payload));
}

/** Reads the arguments that a run was started with from the beginning of its history. */
export const revealInput = (client: Client, events: IHistoryEvent[] | null | undefined): unknown[] =>
  revealPayloads(client, events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []);

/** Connects within 5 s, or says that Temporal is unreachable. Calls are not retried here: a follower decides. */
export async function connectClient(endpoint: TemporalEndpoint, key: PayloadKey): Promise<Client> {
  const [{ Client, Connection }, { options, namespace }] = await Promise.all([
    import('@temporalio/client'),
    connectionSettings(endpoint),
  ]);
  const plain = { ...options, interceptors: [] };
  const connection = await Connection.connect({ ...plain, connectTimeout: '5s' } as object).catch(
    (error: Error) => explainUnreachable(plain, error, endpoint.local),
  );
  await assertNamespaceOf(connection, namespace, endpoint);
  return new Client({
    connection,
    namespace,
    dataConverter: dataConverter(new EncryptionCodec(key, 'client')),
  });
}

/** Connects a worker, or says that Temporal is unreachable. */
export async function connectNative(endpoint: TemporalEndpoint): Promise<NativeConnection> {
  const [{ NativeConnection }, { options, namespace }] = await Promise.all([
    import('@temporalio/worker'),
    connectionSettings(endpoint),
  ]);
  const { local } = endpoint;
  const connecting =
    local && isSocketAddress(local) ? connectNativeSocket(local) : NativeConnection.connect(options);
  const connection = await connecting.catch((error: Error) => explainUnreachable(options, error, local));
  await assertNamespaceOf(connection, namespace, endpoint);
  return connection;
}

/** Asks once more why, by a call that does not wait: a connect that failed tells little, or only that it was late. */
async function explainUnreachable(
  options: { address?: string | undefined },
  error: Error,
  local: string | null,
): Promise<never> {
  const { Connection } = await import('@temporalio/client');
  const connection = Connection.lazy(options as object);
  const plainer = await connection
    .withDeadline(Date.now() + 5000, () => connection.workflowService.getSystemInfo({}))
    .catch((reason: Error) => reason);
  await connection.close();
  const tells = plainer instanceof Error && !plainer.message.includes('Last error: null');
  return refuseUnreachable(local ?? options.address, tells ? plainer : error);
}

/** Checks the namespace of a connection just opened, and closes one that is no use. */
async function assertNamespaceOf(
  connection: Namespaced & { close(): Promise<void> },
  namespace: string,
  endpoint: TemporalEndpoint,
): Promise<void> {
  await assertNamespace(connection, namespace, endpoint).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
}

type Namespaced = {
  workflowService: { describeNamespace(request: { namespace: string }): Promise<unknown> };
};

/** Refuses a Temporal that lacks the namespace or does not let us in: other calls would tell it less clearly. */
async function assertNamespace(
  { workflowService }: Namespaced,
  namespace: string,
  { local, env }: TemporalEndpoint,
): Promise<void> {
  if (local) return;
  await workflowService
    .describeNamespace({ namespace })
    .catch((error: unknown) => refuseUnreachable(env['TEMPORAL_ADDRESS'], error));
}

const refuseUnreachable = (address: string | undefined, error: unknown): never => {
  throw unreachable(error, { isLocal: false, address });
};
