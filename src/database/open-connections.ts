type Connection = { cut(reason: string): void; once(event: 'end', listener: () => void): unknown };

/** The connections of a database that are open or being made, so that they can be ended together. */
export class OpenConnections {
  readonly #open = new Set<Connection>();
  #cutFor: string | null = null;

  add(connection: Connection): void {
    this.#open.add(connection);
    connection.once('end', () => this.#open.delete(connection));
    // Another way to connect may be tried when the first one was cut; a socket can be ended once it has begun.
    if (this.#cutFor !== null) setImmediate(() => connection.cut(this.#cutFor!));
  }

  /** Ends all of them, and each that comes later. */
  cut(reason: string): void {
    this.#cutFor = reason;
    for (const connection of this.#open) connection.cut(reason);
  }
}
