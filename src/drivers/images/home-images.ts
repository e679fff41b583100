import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { assertImage, findImage, type Image, type NewImage } from '../../rules/compute/image.ts';
import { formatOf, HEADER_BYTES } from '../../rules/compute/image-format.ts';
import { RuleError, Unavailable } from '../../rules/errors.ts';
import { isCanonicalUuid } from '../../rules/uuid.ts';
import { sync, writePrivateFile } from '../private-files.ts';
import { type Copied, copyData } from './copy-data.ts';
import { deletedName, makingName, removeLeftovers } from './leftovers.ts';
import { type SourceFile, withSource } from './source-file.ts';

/**
 * The images of one host, since there is no Glance: a folder has one for each, named by its ID, with `image.json` and
 * `data`. A folder gets that name by a rename, when all of it is on the disk, and loses it by one before anything of it
 * is deleted: an image is there as a whole or not at all, whatever is killed. Only this account may read them.
 */
export class HomeImages {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Makes an image of a file's data. Throws a UsageError for a file that can't be one, a RuleError for one that is changed
   * meanwhile, and Unavailable where it can't be stored; nothing is left of it then.
   */
  async create(file: string, wanted: NewImage): Promise<Image> {
    assertImage(wanted);
    const image = await withSource(file, async (source) => {
      const format = formatOf(await headerOf(source), wanted.disk_format);
      return this.#make(source, { ...wanted, disk_format: format });
    });
    await sync(this.#dir);
    return image;
  }

  /** Lists the images by name, as openstackclient does, and those of one name by ID. */
  async list(): Promise<Image[]> {
    const names = await readdir(this.#dir).catch(orNothing);
    const images = await Promise.all(
      (names ?? []).filter((name) => isCanonicalUuid(name)).map((id) => this.#read(id)),
    );
    return images.filter((image) => image !== null).toSorted(byName);
  }

  /** Finds an image by its ID, else by its name; throws a RuleError where none has it, or several. */
  async find(nameOrId: string): Promise<Image> {
    return findImage(await this.list(), nameOrId);
  }

  /** Deletes an image by its ID or name. Servers that were made of it have a disk of their own. */
  async delete(nameOrId: string): Promise<void> {
    const { id } = await this.find(nameOrId);
    const gone = path.join(this.#dir, deletedName(id));
    await rename(path.join(this.#dir, id), gone).catch((error: NodeJS.ErrnoException) => {
      // Somebody else has deleted it meanwhile.
      if (error.code === 'ENOENT') return findImage([], nameOrId);
      throw error;
    });
    await sync(this.#dir);
    await rm(gone, { recursive: true, force: true });
  }

  /** Gives the path of an image's data, which nobody changes as long as it is there. */
  dataPath(id: string): string {
    return path.join(this.#dir, id, 'data');
  }

  async #make(source: SourceFile, wanted: Wanted): Promise<Image> {
    const id = randomUUID();
    const folder = path.join(this.#dir, makingName(id));
    try {
      await mkdir(this.#dir, { recursive: true, mode: 0o700 });
      await removeLeftovers(this.#dir);
      await mkdir(folder, { mode: 0o700 });
      const image = await fill(folder, source, { id, ...wanted });
      await rename(folder, path.join(this.#dir, id));
      return image;
    } catch (error) {
      // What can't be removed now is removed by a later creation.
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      throw error instanceof RuleError ? error : notStored(this.#dir, error as Error);
    }
  }

  /** Null: it was deleted meanwhile. */
  async #read(id: string): Promise<Image | null> {
    const file = path.join(this.#dir, id, 'image.json');
    const text = await readFile(file, 'utf8').catch(orNothing);
    try {
      return text === null ? null : (JSON.parse(text) as Image);
    } catch {
      throw new RuleError('ImageBroken', `${file} is no JSON: something else than keyward has written it.`, {
        cure: 'Remove its folder, and create the image anew.',
      });
    }
  }
}

type Wanted = NewImage & Pick<Image, 'disk_format'>;

/** Writes an image's two files, and waits until they are on the disk. */
async function fill(folder: string, source: SourceFile, wanted: Wanted & Pick<Image, 'id'>): Promise<Image> {
  const copied = await copyTo(path.join(folder, 'data'), source);
  await source.assertUnchanged(copied.size);
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const image: Image = {
    ...wanted,
    ...copied,
    status: 'active',
    container_format: 'bare',
    owner: null,
    created_at: now,
    updated_at: now,
  };
  await writePrivateFile(path.join(folder, 'image.json'), `${JSON.stringify(image, null, 2)}\n`);
  await sync(folder);
  return image;
}

async function copyTo(file: string, { handle }: SourceFile): Promise<Copied> {
  const target = await open(file, 'wx', 0o600);
  return copyData(handle, target).finally(() => target.close());
}

async function headerOf({ handle }: SourceFile): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

function orNothing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

const notStored = (dir: string, { message }: Error): Unavailable =>
  new Unavailable(
    'ImageNotStored',
    `The image can't be stored in ${dir}: ${message}.`,
    'See that the folder can be written and has room.',
    'unchanged',
  );

const byName = (one: Image, other: Image): number =>
  compared(one.name, other.name) || compared(one.id, other.id);

const compared = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
