import { constants } from 'node:fs';
import { copyFile, type FileHandle, open } from 'node:fs/promises';
import { RuleError } from '../../rules/errors.ts';
import { copySparse } from '../sparse-copy.ts';

/** Where the data of images lies on this host. */
export type ImageFiles = {
  /** Gives the path of an image's data; throws a RuleError if there is no such image. */
  dataPath(imageId: string): Promise<string>;
};

/**
 * Makes a server's disk from an image's data, as `target`, which must not be there. It shares the data's blocks where
 * the file system can, and has holes where the data is zero. A disk that is smaller than `size` bytes is grown to it.
 */
export async function makeDisk(
  images: ImageFiles,
  imageId: string,
  target: string,
  size: number,
): Promise<void> {
  const source = await images.dataPath(imageId);
  const data = await openData(imageId, source);
  try {
    const isShared = await shareBlocks(source, target);
    const disk = await open(target, isShared ? 'r+' : 'wx', 0o600);
    try {
      await disk.chmod(0o600);
      if (!isShared) await copySparse(data, disk);
      if ((await disk.stat()).size < size) await disk.truncate(size);
      await disk.sync();
    } finally {
      await disk.close();
    }
  } finally {
    await data.close();
  }
}

async function openData(imageId: string, source: string): Promise<FileHandle> {
  try {
    return await open(source, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new RuleError('ImageDataMissing', `The data of image ${imageId} is not on this host (${source}).`, {
      cure: 'See the images with `keyward image list`, and create the image anew.',
    });
  }
}

/** Tells whether it could be done; what is in the way, if not, the copy finds out too. */
const shareBlocks = (source: string, target: string): Promise<boolean> =>
  copyFile(source, target, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
