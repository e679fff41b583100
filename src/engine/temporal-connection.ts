import type { Client } from '@temporalio/client';
import { Unavailable } from '../rules/errors.ts';
import { EncryptionCodec } from './payload-codec.ts';
import type { PayloadKey } from './payload-key.ts';

/** Where Temporal is. `local` null: whatever `TEMPORAL_*` and a Temporal profile say (TLS and API key included). */
export type TemporalEndpoint = { local: string | null; env: NodeJS.ProcessEnv };

const FAILURE_CONVERTER = new URL(import.meta.resolve('../workflows/failure-converter.js')).pathname;

/** The connection options of client and worker alike, and the namespace. */
export async function connectionSettings({ local, env }: TemporalEndpoint) {
  if (local) return { options: { address: local }, namespace: 'default' };
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  const overrideEnvVars = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  const config = loadClientConnectConfig({ overrideEnvVars: overrideEnvVars as Record<string, string> });
  return { options: config.connectionOptions, namespace: config.namespace ?? 'default' };
}

/** One codec and one failure converter for everything that goes to Temporal. */
export const dataConverter = (key: PayloadKey, unreadable: 'throw' | 'mark') => ({
  payloadCodecs: [new EncryptionCodec(key, unreadable)],
  failureConverterPath: FAILURE_CONVERTER,
});

/** What a client finds in a history: every converter it was made with undone. */
export async function decodePayloads(client: Client, payloads: object[]): Promise<unknown[]> {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  const plain = await payloadCodecs[0]!.decode(payloads);
  return plain.map((payload) => payloadConverter.fromPayload(payload));
}

/** Connects within 5 s, or says that Temporal is unreachable. Calls are not retried here: a follower decides. */
export async function connectClient(endpoint: TemporalEndpoint, key: PayloadKey): Promise<Client> {
  const [{ Client, Connection }, { options, namespace }] = await Promise.all([
    import('@temporalio/client'),
    connectionSettings(endpoint),
  ]);
  try {
    const connection = await Connection.connect({
      ...options,
      connectTimeout: '5s',
      interceptors: [],
    } as object);
    return new Client({ connection, namespace, dataConverter: dataConverter(key, 'throw') });
  } catch (error) {
    throw temporalUnreachable(String(options.address), error as Error);
  }
}

function temporalUnreachable(address: string, error: Error): Unavailable {
  return new Unavailable(
    'TemporalUnreachable',
    `Temporal at ${address} can't be reached: ${error.message.split('\n')[0]}.`,
    'Check TEMPORAL_ADDRESS and the other TEMPORAL_* variables, or unset them to use the local server.',
  );
}
