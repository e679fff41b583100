import type { Client } from '@temporalio/client';
import type { Home } from '../config/home.ts';
import { temporalIsExternal } from '../config/temporal-environment.ts';
import { ensureTemporal, type LocalTemporal } from '../daemons/temporal-server/server.ts';
import type { Announce } from '../rules/announce.ts';
import type { TemporalEndpoint } from '../temporal/connection.ts';
import { explained, type TemporalName } from '../temporal/errors.ts';
import type { TemporalDoor } from '../temporal/patient-calls.ts';
import { loadPayloadKey, type PayloadKey } from '../temporal/payload-key.ts';

/** A local server may die between being found and being asked; then it is looked for, and started, again. */
const LOCAL_CONNECTS = 4;

/** Leads to the Temporal that the environment names, or to the local one, which is started where that is needed. */
export class TemporalLink implements TemporalDoor {
  readonly isLocal: boolean;
  readonly #home: Home;
  readonly #env: NodeJS.ProcessEnv;
  readonly #announce: Announce;
  #connected: Client | null = null;
  #connecting: Promise<Client> | null = null;

  constructor(home: Home, env: NodeJS.ProcessEnv, announce: Announce) {
    this.#home = home;
    this.#env = env;
    this.#announce = announce;
    this.isLocal = !temporalIsExternal(env);
  }

  /** `afresh` closes the connection that is there first. */
  async client({ afresh } = { afresh: false }): Promise<Client> {
    if (afresh) await this.close();
    if (this.#connected) return this.#connected;
    this.#connecting ??= this.#connect(() => this.endpoint(), this.isLocal ? LOCAL_CONNECTS : 1);
    try {
      this.#connected = await this.#connecting;
      return this.#connected;
    } finally {
      this.#connecting = null;
    }
  }

  /** Connects to the local server, wherever the environment points; whoever asks for it closes the connection. */
  localClient(): Promise<Client> {
    return this.#connect(() => this.#localEndpoint(), LOCAL_CONNECTS);
  }

  explain(error: unknown): unknown {
    const address = this.#env['TEMPORAL_ADDRESS'];
    const name: TemporalName = this.isLocal ? { isLocal: true } : { isLocal: false, address };
    return explained(error, name);
  }

  async endpoint(): Promise<TemporalEndpoint> {
    return this.isLocal ? this.#localEndpoint() : { local: null, env: this.#env };
  }

  local(options: { ui?: boolean } = {}): Promise<LocalTemporal> {
    return ensureTemporal(this.#home, this.#announce, options);
  }

  payloadKey(): Promise<PayloadKey> {
    return loadPayloadKey(this.#home.dir, this.#env);
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = null;
    await connected?.connection.close().catch(() => {});
  }

  async #localEndpoint(): Promise<TemporalEndpoint> {
    return { local: (await this.local()).address, env: this.#env };
  }

  async #connect(endpoint: () => Promise<TemporalEndpoint>, attempts: number): Promise<Client> {
    // Temporal's protocol definitions alone take 200 ms: they are not for commands that need no Temporal.
    const { connectClient } = await import('../temporal/connection.ts');
    const [at, key] = [await endpoint(), await this.payloadKey()];
    try {
      return await connectClient(at, key);
    } catch (error) {
      if (attempts <= 1) throw error;
      return this.#connect(endpoint, attempts - 1);
    }
  }
}
