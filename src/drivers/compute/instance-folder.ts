import { access, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { RuleError } from '../../rules/errors.ts';
import { makePrivateFolder, sync, writePrivateFile } from '../private-files.ts';

/** Which image the disk is of, and a digest of what the config drive holds; null for what is not whole. */
export type LaidDown = { image: string | null; configDrive: string | null };

const RECORD = 'laid-down.json';
const DRAFT = '.draft-';

/**
 * The folder of a server while it is laid down. Each part is made in a draft, a folder within, and moved to its place
 * when it is whole; only then the record says that it is there. What a kill leaves is removed by the next attempt.
 */
export class InstanceFolder {
  readonly #folder: string;
  readonly #draft: string;
  #laidDown: LaidDown;

  private constructor(folder: string, draft: string, laidDown: LaidDown) {
    this.#folder = folder;
    this.#draft = draft;
    this.#laidDown = laidDown;
  }

  /** Makes the folder if it is missing. Always `close` it. */
  static async open(folder: string): Promise<InstanceFolder> {
    await makePrivateFolder(folder);
    const names = await readdir(folder);
    for (const name of names.filter((each) => each.startsWith(DRAFT)))
      await rm(path.join(folder, name), { recursive: true, force: true });
    const laidDown = await readRecord(path.join(folder, RECORD));
    return new InstanceFolder(folder, await mkdtemp(path.join(folder, DRAFT)), laidDown);
  }

  get laidDown(): LaidDown {
    return this.#laidDown;
  }

  /** Gives the path at which a part is to be made. */
  draft(part: string): string {
    return path.join(this.#draft, part);
  }

  has(part: string): Promise<boolean> {
    return access(path.join(this.#folder, part)).then(
      () => true,
      () => false,
    );
  }

  /** Moves a part from the draft to its place, and what was there away. */
  async place(part: string): Promise<void> {
    await this.takeAway(part);
    await rename(this.draft(part), path.join(this.#folder, part));
    await sync(this.#folder);
  }

  /** Moves a part away, if it is there. */
  async takeAway(part: string): Promise<void> {
    if (await this.has(part)) await rename(path.join(this.#folder, part), this.draft(`old-${part}`));
  }

  /** Records what is whole now; what is about to be replaced is recorded as null before. */
  async record(change: Partial<LaidDown>): Promise<void> {
    this.#laidDown = { ...this.#laidDown, ...change };
    await writePrivateFile(this.draft(RECORD), `${JSON.stringify(this.#laidDown)}\n`);
    await rename(this.draft(RECORD), path.join(this.#folder, RECORD));
    await sync(this.#folder);
  }

  async close(): Promise<void> {
    await rm(this.#draft, { recursive: true, force: true });
  }
}

/** A record that can't be read is no reason to make a guest's disk anew. */
async function readRecord(file: string): Promise<LaidDown> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"image":null,"configDrive":null}';
    throw error;
  });
  try {
    return JSON.parse(text) as LaidDown;
  } catch {
    throw new RuleError(
      'LaidDownUnreadable',
      `${file} is damaged, so that nobody knows what lies beside it.`,
      {
        cure: 'See what is in that folder; if nothing of it is needed, delete the folder, and try again.',
      },
    );
  }
}
