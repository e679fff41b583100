import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LocalDriver } from '../../../src/drivers/compute/local.ts';
import { RuleError } from '../../../src/rules/errors.ts';
import type { Break } from './break-at-call.ts';
import type { Ended, Task } from './local-process.ts';

const MIB = 1024 ** 2;
/** Data, a hole, data, and an end that is no multiple of anything. */
export const IMAGE = Buffer.concat([
  Buffer.alloc(MIB, 'a'),
  Buffer.alloc(2 * MIB),
  Buffer.alloc(12_345, 'z'),
]);
export const OTHER_IMAGE = Buffer.alloc(MIB + 7, 'o');

/** Stands in for xorriso: makes an archive of the folder. It notes how it was called. */
const TOOL = `#!/bin/sh
here="$(dirname "$0")"
printf '%s\\n' "$@" > "$here/arguments"
env > "$here/environment"
for folder; do [ "$previous" = -o ] && image="$folder"; previous="$folder"; done
exec tar -cf "$image" -C "$folder" .
`;

/** A home with images, and the driver that works in it. Always `remove` it. */
export class LocalHome {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'keyward-local-'));
  /** A search path with the stand-in for xorriso. */
  readonly tools = path.join(this.dir, 'tools');
  readonly #images: Record<string, string> = {};

  constructor() {
    mkdirSync(this.tools);
    this.setTool(TOOL);
  }

  setTool(script: string): void {
    writeFileSync(path.join(this.tools, 'xorriso'), script);
    chmodSync(path.join(this.tools, 'xorriso'), 0o755);
  }

  /** Keeps an image's data, and gives its path. */
  addImage(id: string, data: Buffer): string {
    this.#images[id] = path.join(this.dir, `image-${id}`);
    writeFileSync(this.#images[id], data);
    return this.#images[id];
  }

  driver(searchPath = ''): LocalDriver {
    const dataPath = async (id: string) => {
      const found = this.#images[id];
      if (!found) throw new RuleError('ImageNotFound', `No image ${id}.`, { cure: 'Look.' });
      return found;
    };
    return new LocalDriver({ home: this.dir, images: { dataPath }, searchPath });
  }

  /** Lets a process of its own do something, which breaks at one of its calls; null if it was killed there. */
  run(act: Task['act'], image: string, broken: Break = { at: 0, by: 'SIGKILL' }): Ended | null {
    const task: Task = { home: this.dir, image, searchPath: this.tools, act, broken };
    const program = path.resolve('test/support/drivers/local-process.ts');
    const { signal, stdout, stderr } = spawnSync(process.execPath, [program, JSON.stringify(task)], {
      encoding: 'utf8',
    });
    if (signal === 'SIGKILL') return null;
    if (!stdout) throw new Error(stderr);
    return JSON.parse(stdout) as Ended;
  }

  /** Gives the path of something in a server's folder. */
  at(uuid: string, name = ''): string {
    return path.join(this.dir, 'instances', uuid, name);
  }

  /** The content of a part, by the paths of its files; null if it is not there. */
  read(uuid: string, part: string): Map<string, Buffer> | null {
    const root = this.at(uuid, part);
    if (!existsSync(root)) return null;
    if (lstatSync(root).isFile()) return new Map([['', readFileSync(root)]]);
    const entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const files = entries.filter((name) => lstatSync(path.join(root, name)).isFile());
    return new Map(files.map((name) => [name, readFileSync(path.join(root, name))]));
  }

  /** Everything below the folder of servers, with its permissions in octal. */
  modes(): Record<string, string> {
    const root = path.join(this.dir, 'instances');
    const names = ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })];
    return Object.fromEntries(
      names.map((name) => {
        const stats = lstatSync(path.join(root, name));
        const mode = (stats.mode & 0o777).toString(8);
        return [name, `${stats.isDirectory() ? 'folder' : 'file'} ${mode}`];
      }),
    );
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
