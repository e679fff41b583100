import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { compileCacheOf } from '../src/config/compile-cache.ts';
import { underLock } from '../src/daemons/process-lock.ts';

const DRAFT = 'dist.draft-';
const LOCK = 'dist.lock';
const LOCK_LIMIT_MS = 900_000;
const UNSEEN_MS = 7 * 24 * 3_600_000;

/**
 * The builds of a clone: each lies in a folder of its own (`dist.<build id>`), and `dist` is a link to the newest, which
 * is replaced in one step. Node resolves the link when a command starts, so that one that runs while another build is
 * made keeps its own files: they go when nobody has them open any more.
 */
export class Builds {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Runs `make` while no other build of this clone is made; it compiles to the folder that it is given. */
  async build(make: (draft: string) => Promise<void>): Promise<void> {
    const work = async () => {
      for (const name of this.#named(DRAFT)) this.#remove(name);
      const draft = mkdtempSync(this.#at(DRAFT));
      chmodSync(draft, 0o755);
      await make(draft);
      this.#publish(path.basename(draft));
      this.#prune();
    };
    const lock = this.#at(LOCK);
    if (await underLock(lock, 0, work)) return;
    console.error('Another build is under way: waiting for it.');
    if (await underLock(lock, LOCK_LIMIT_MS, work)) return;
    throw new Error(`Another build has held ${lock} for a quarter of an hour.`);
  }

  /** Makes `dist` a copy of the build until the next build, for `npm pack`, which leaves links out. */
  unlink(): void {
    const build = this.#current();
    if (build === null) return;
    const copy = mkdtempSync(this.#at(DRAFT));
    cpSync(this.#at(build), copy, { recursive: true });
    chmodSync(copy, 0o755);
    renameSync(this.#at('dist'), this.#at(`${DRAFT}link`));
    renameSync(copy, this.#at('dist'));
    rmSync(this.#at(`${DRAFT}link`));
  }

  /** Makes `dist` a link to the same build again, after `npm pack`. */
  relink(): void {
    const name = `dist.${buildId(this.#root, this.#at('dist'))}`;
    if (this.#current() !== null || !existsSync(this.#at(name))) return;
    this.#link(name);
    for (const copy of this.#named('dist.old-')) this.#remove(copy);
  }

  /** Names the build that `dist` is a link to. */
  #current(): string | null {
    const found = lstatSync(this.#at('dist'), { throwIfNoEntry: false });
    return found?.isSymbolicLink() ? path.basename(readlinkSync(this.#at('dist'))) : null;
  }

  /** Puts the build in its place; the same sources give the same build, so one that is there and whole is kept. */
  #publish(draft: string): void {
    const name = `dist.${buildId(this.#root, this.#at(draft))}`;
    const isWhole = existsSync(this.#at(name)) && `dist.${buildId(this.#root, this.#at(name))}` === name;
    if (isWhole) this.#remove(draft);
    else {
      this.#remove(name);
      renameSync(this.#at(draft), this.#at(name));
    }
    if (this.#current() === name) return;
    this.#link(name);
    this.#forgetCompiledCode();
  }

  #link(name: string): void {
    this.#setAsideFolder();
    symlinkSync(name, this.#at(`${DRAFT}link`));
    renameSync(this.#at(`${DRAFT}link`), this.#at('dist'));
  }

  /** Moves a `dist` that is a folder away, since a link can't be renamed onto a folder. */
  #setAsideFolder(): void {
    if (existsSync(this.#at('dist')) && this.#current() === null)
      renameSync(this.#at('dist'), this.#at(`dist.old-${Date.now()}`));
  }

  /** Removes the compiled code of older builds: it is cached by path, and each build has a new one. */
  #forgetCompiledCode(): void {
    const cache = compileCacheOf(this.#root, process.env);
    if (cache !== null) rmSync(cache, { recursive: true, force: true });
  }

  /** Removes all builds but the newest two and those that run: a command may have just read the link. */
  #prune(): void {
    const isUnused = unusedOf(this.#root);
    this.#named('dist.')
      .filter((name) => name !== this.#current() && name !== LOCK)
      .map((name) => ({ name, made: statSync(this.#at(name)).mtimeMs }))
      .toSorted((one, other) => other.made - one.made)
      .slice(1)
      .filter(isUnused)
      .forEach(({ name }) => this.#remove(name));
  }

  #named = (beginning: string): string[] =>
    readdirSync(this.#root).filter((name) => name.startsWith(beginning));

  #at = (name: string): string => path.join(this.#root, name);

  #remove = (name: string): void => rmSync(this.#at(name), { recursive: true, force: true });
}

/** Tells whether nobody runs a build: `main.ts` keeps a file of its own build open. Without /proc its age decides. */
function unusedOf(root: string): (build: { name: string; made: number }) => boolean {
  if (!existsSync('/proc/self/fd')) return ({ made }) => Date.now() - made > UNSEEN_MS;
  const open = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(filesOf);
  return ({ name }) => !open.some((file) => file.startsWith(`${path.join(root, name)}/`));
}

/** Lists what a process has open; nothing for one that has ended meanwhile, or is another account's. */
function filesOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}

/** Hashes a build, so that the same sources give the same id. */
export function buildId(root: string, dir: string): string {
  const hash = createHash('sha256');
  const add = (folder: string, extension: string): void => {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted())
      if (file.endsWith(extension)) hash.update(file).update(readFileSync(path.join(folder, file)));
  };
  add(dir, '.js');
  add(path.join(root, 'migrations'), '.sql');
  return hash.digest('hex').slice(0, 12);
}
