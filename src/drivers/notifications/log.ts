import { type FileHandle, open } from 'node:fs/promises';
import type { Notification } from '../../rules/compute/notification.ts';
import { Transient } from '../../rules/errors.ts';
import { messageOf } from './message.ts';
import type { Notifier } from './notifier.ts';

type Waiting = { line: string; resolve: () => void; reject: (error: Error) => void };

/**
 * Appends each notification to a file as one line of JSON, which reaches the disk before `publish` resolves. What is
 * published at once is written at once, since a disk takes as long for one line as for many. The file is opened anew for
 * each write, so that it may be moved away at any time; nothing here ever rotates it.
 */
export class LogNotifier implements Notifier {
  readonly #file: string;
  #waiting: Waiting[] = [];
  #isWriting = false;
  /** A write that a full disk has cut off leaves a line without its end, which the next one must not continue. */
  #isTorn = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws a Transient where the line is not on the disk. */
  async publish(notification: Notification): Promise<void> {
    const line = `${JSON.stringify(messageOf(notification))}\n`;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ line, resolve, reject });
    if (!this.#isWriting) void this.#write();
    try {
      await promise;
    } catch (error) {
      throw new Transient(
        'NotificationNotLogged',
        `The notification ${notification.eventType} could not be written to ${this.#file}: ${(error as Error).message}.`,
        'Free space on that disk, or correct the owner and mode of the file and its folder.',
      );
    }
  }

  async close(): Promise<void> {}

  /** Writes what waits until nothing does. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      await this.#append(together.map(({ line }) => line).join('')).then(
        () => together.forEach(({ resolve }) => resolve()),
        (error: Error) => together.forEach(({ reject }) => reject(error)),
      );
    }
    this.#isWriting = false;
  }

  async #append(lines: string): Promise<void> {
    const handle = await open(this.#file, 'a', 0o600);
    await this.#writeTo(handle, lines).finally(() => handle.close());
  }

  /** Several processes append to the file: what is written by a single write, the kernel puts at the end as a whole. */
  async #writeTo(handle: FileHandle, lines: string): Promise<void> {
    const bytes = Buffer.from(this.#isTorn ? `\n${lines}` : lines);
    const { bytesWritten } = await handle.write(bytes);
    this.#isTorn = bytesWritten < bytes.length;
    if (this.#isTorn) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
    await handle.datasync();
  }
}
