import { Client, type ClientConfig, type QueryResult } from 'pg';
import { lookAt } from './blocker.ts';
import type { OpenConnections } from './open-connections.ts';
import { limitsStatement, type Patience } from './patience.ts';
import { StatementWatch } from './statement-watch.ts';

export type Watching = {
  patience: Patience;
  announce: (line: string) => void;
  connections: OpenConnections;
  /** How another connection to the same database is made, to look at what a statement waits for. */
  config: ClientConfig;
};

const BEGIN = /^(?:begin|start transaction)\b/;
const END = /^(?:commit|rollback)$/;
/** How much later than the server, which keeps the limits by itself, the watch ends a statement. */
const GRACE_MS = 5000;
/** No lock is in the way of a BEGIN. */
const BEGIN_MS = 5000;

/** A connection on which nothing waits for ever: a transaction begins with its limits, and each statement is watched. */
abstract class WatchedClient extends Client {
  protected abstract readonly watching: Watching;
  /** The server's process that runs the present transaction. */
  #process: number | null = null;

  // oxlint-disable-next-line typescript/no-explicit-any -- the driver's own overloads; only this form is used
  override query(statement: any, ...others: any[]): any {
    return typeof statement === 'string'
      ? this.#run(statement, others[0])
      : super.query(statement, ...(others as []));
  }

  async #run(statement: string, values: unknown[] | undefined): Promise<QueryResult> {
    if (BEGIN.test(statement)) return this.#begin(statement);
    const result = await this.#watch(super.query(statement, values));
    if (END.test(statement)) this.#process = null;
    if (statement === 'commit' && result.command !== 'COMMIT')
      throw new Error('A statement of the transaction had failed: the server has rolled it back.');
    return result;
  }

  /** Sends BEGIN and the limits in one message, so that they cost no round trip. */
  async #begin(statement: string): Promise<QueryResult> {
    this.#process = null;
    const both = super.query(`${statement}; ${limitsStatement(this.watching.patience)}`) as unknown;
    const answer = this.#watch(both as Promise<QueryResult<{ pid: number }>[]>, BEGIN_MS);
    // Whoever began a transaction that did not begin gives the connection back to nobody.
    const [begun, limited] = await answer.catch((error: Error) => {
      this.cut(error.message);
      throw error;
    });
    this.#process = limited!.rows[0]!.pid;
    return begun!;
  }

  async #watch<T>(answer: Promise<T>, deadlineMs?: number): Promise<T> {
    const { patience, announce, config } = this.watching;
    const pid = this.#process;
    const watch = new StatementWatch({
      look: pid === null ? null : () => lookAt(pid, config),
      // A lock's shorter limit would end the wait before anybody has looked who is in the way.
      lookMs: Math.min(patience.silentMs, patience.lockMs / 2),
      deadlineMs: deadlineMs ?? patience.statementMs + GRACE_MS,
      announce,
      cut: (reason) => this.cut(reason),
    });
    try {
      return await answer;
    } catch (error) {
      throw Object.assign(error as Error, { blocker: watch.blocker });
    } finally {
      watch.end();
    }
  }

  /** Ends the connection, whatever it waits for. */
  cut(reason: string): void {
    const error = Object.assign(new Error(`the connection was given up: ${reason}`), { code: 'ETIMEDOUT' });
    const { connection } = this as unknown as { connection: { stream: { destroy: (error: Error) => void } } };
    connection.stream.destroy(error);
  }
}

export const watchedClient = (watching: Watching): typeof Client =>
  class extends WatchedClient {
    protected override readonly watching = watching;

    constructor(config?: ClientConfig) {
      super(config);
      watching.connections.add(this);
    }
  } as typeof Client;
