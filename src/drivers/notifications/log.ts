import { type FileHandle, open } from 'node:fs/promises';
import type { Notification } from '../../rules/compute/notification.ts';
import { Transient } from '../../rules/errors.ts';
import { messageOf } from './message.ts';
import type { Notifier } from './notifier.ts';

/**
 * Appends each notification to a file as one line of JSON, which reaches the disk before `publish` resolves. The file is
 * opened anew for each one, so that it may be moved away at any time; nothing here ever rotates it.
 */
export class LogNotifier implements Notifier {
  readonly #file: string;
  /** A write that a full disk has cut off leaves a line without its end, which the next one must not continue. */
  #isTorn = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws a Transient where the line is not on the disk. */
  async publish(notification: Notification): Promise<void> {
    try {
      const handle = await open(this.#file, 'a', 0o600);
      await this.#append(handle, `${JSON.stringify(messageOf(notification))}\n`).finally(() =>
        handle.close(),
      );
    } catch (error) {
      throw new Transient(
        'NotificationNotLogged',
        `The notification ${notification.eventType} could not be written to ${this.#file}: ${(error as Error).message}.`,
        'Free space on that disk, or correct the owner and mode of the file and its folder.',
      );
    }
  }

  async close(): Promise<void> {}

  /** Several processes append to the file: each line is a single write, which the kernel puts at the end as a whole. */
  async #append(handle: FileHandle, line: string): Promise<void> {
    const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line);
    const { bytesWritten } = await handle.write(bytes);
    this.#isTorn = bytesWritten < bytes.length;
    if (this.#isTorn) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
    await handle.datasync();
  }
}
