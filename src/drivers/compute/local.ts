import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../../rules/compute/server.ts';
import { RuleError } from '../../rules/errors.ts';
import { isCanonicalUuid } from '../../rules/uuid.ts';
import { configDriveFiles, NO_VENDOR_DATA } from './config-drive.ts';
import { type ImageFiles, makeDisk } from './disk.ts';
import type { ComputeDriver } from './driver.ts';
import { withFileErrors } from './file-errors.ts';
import { InstanceFolder } from './instance-folder.ts';
import { findIsoTool, makeIso } from './iso9660.ts';
import { sync, writePrivateTree } from '../private-files.ts';

const DISK = 'disk';
const CONFIG_DRIVE = 'config-drive';
const CONFIG_DRIVE_IMAGE = 'disk.config';
const REMOVED = '.removed-';
const GIB = 1024 ** 3;

/** `home` is keyward's folder for data, and `searchPath` is where programs are looked for, as PATH has it. */
type Wanted = { home: string; images: ImageFiles; searchPath: string };

/**
 * Lays down servers as files of this host: each has the folder `instances/<uuid>` in the home, which nobody else can
 * enter, with its disk and its config drive as a folder and, where there is a tool, as an ISO 9660 image.
 */
export class LocalDriver implements ComputeDriver {
  readonly name = 'local';
  readonly #instances: string;
  readonly #images: ImageFiles;
  readonly #searchPath: string;

  constructor({ home, images, searchPath }: Wanted) {
    this.#instances = path.join(home, 'instances');
    this.#images = images;
    this.#searchPath = searchPath;
  }

  /** What is whole and as it should be is left as it is: a guest's disk is made anew for another image only. */
  async spawn(server: Server): Promise<void> {
    const folder = this.#folderOf(server.uuid);
    const { imageRef: image } = server;
    if (!image) throw volumeBacked(server.uuid);
    await withFileErrors(`Server ${server.uuid} can't be laid down`, folder, async () => {
      const instance = await InstanceFolder.open(folder);
      try {
        await this.#ensureDisk(instance, server, image);
        await this.#ensureConfigDrive(instance, server);
      } finally {
        await instance.close();
      }
    });
  }

  /** The folder is renamed first, so that nothing half removed looks like a server. */
  async destroy(uuid: string): Promise<void> {
    const folder = this.#folderOf(uuid);
    await withFileErrors(`Server ${uuid} can't be removed`, folder, async () => {
      const names = await this.#names();
      if (names.includes(uuid)) await rename(folder, this.#inInstances(`${REMOVED}${uuid}-${randomUUID()}`));
      for (const name of await this.#names())
        if (name.startsWith(`${REMOVED}${uuid}-`))
          await rm(this.#inInstances(name), { recursive: true, force: true });
      if (names.length > 0) await sync(this.#instances);
    });
  }

  async list(): Promise<string[]> {
    const failing = "The servers of this host can't be listed";
    const names = await withFileErrors(failing, this.#instances, () => this.#names());
    return [...new Set(names.map(uuidIn).filter(isCanonicalUuid))];
  }

  async #ensureDisk(instance: InstanceFolder, server: Server, image: string): Promise<void> {
    if (instance.laidDown.image === image && (await instance.has(DISK))) return;
    await instance.record({ image: null });
    await makeDisk(this.#images, image, instance.draft(DISK), rawSize(server));
    await instance.place(DISK);
    await instance.record({ image });
  }

  async #ensureConfigDrive(instance: InstanceFolder, server: Server): Promise<void> {
    const tool = await findIsoTool(this.#searchPath);
    const configDrive = contentDigest(server);
    const isSame = instance.laidDown.configDrive === configDrive && (await instance.has(CONFIG_DRIVE));
    if (isSame && (tool === null || (await instance.has(CONFIG_DRIVE_IMAGE)))) return;
    await instance.record({ configDrive: null });
    const files = configDriveFiles(server, NO_VENDOR_DATA, () => randomBytes(512).toString('base64'));
    await writePrivateTree(instance.draft(CONFIG_DRIVE), files);
    if (tool) await makeIso(tool, instance.draft(CONFIG_DRIVE), instance.draft(CONFIG_DRIVE_IMAGE));
    await instance.place(CONFIG_DRIVE);
    await (tool ? instance.place(CONFIG_DRIVE_IMAGE) : instance.takeAway(CONFIG_DRIVE_IMAGE));
    await instance.record({ configDrive });
  }

  #folderOf(uuid: string): string {
    if (!isCanonicalUuid(uuid)) throw new Error(`${uuid} is no server's uuid`);
    return this.#inInstances(uuid);
  }

  #inInstances(name: string): string {
    return path.join(this.#instances, name);
  }

  async #names(): Promise<string[]> {
    return readdir(this.#instances).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  }
}

/** Gives the uuid of the server that a folder is of, or was of before it was renamed. */
const uuidIn = (name: string): string =>
  name.startsWith(REMOVED) ? name.slice(REMOVED.length, REMOVED.length + 36) : name;

/**
 * A raw image becomes as large as the flavor's disk. Any other format says inside how large the disk is, so that it is
 * only copied: its guest sees the size that the image was made with.
 */
const rawSize = ({ flavor, rootGb, systemMetadata }: Server): number =>
  systemMetadata['image_disk_format'] === 'raw' ? (flavor?.rootGb ?? rootGb ?? 0) * GIB : 0;

/** The seeds differ each time, so they are no part of it. */
function contentDigest(server: Server): string {
  const files = [...configDriveFiles(server, NO_VENDOR_DATA, () => '')];
  const content = JSON.stringify(files.map(([name, bytes]) => [name, bytes.toString('base64')]));
  return createHash('sha256').update(content).digest('hex');
}

const volumeBacked = (uuid: string): RuleError =>
  new RuleError(
    'ServerWithoutImage',
    `Server ${uuid} has no image, and keyward's own hosts have no volumes.`,
    {
      cure: 'Create a server from an image: `keyward image list` shows them.',
    },
  );
